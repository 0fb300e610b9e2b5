"""LangChain's own tests of embeddings, on the embedded encoder."""

from __future__ import annotations

import pytest
from langchain_core.embeddings import Embeddings
from langchain_tests.integration_tests import EmbeddingsIntegrationTests
from langchain_tests.unit_tests import EmbeddingsUnitTests

from chainzoo.home import Home
from chainzoo.langchain.embeddings import ZooEmbeddings


class MinilmParams:
    """The embedded encoder, in a home of the test's own."""

    home: Home

    @pytest.fixture(autouse=True)
    def _home(self, stocked: Home) -> None:
        type(self).home = stocked

    @property
    def embeddings_class(self) -> type[Embeddings]:
        return ZooEmbeddings

    @property
    def embedding_model_params(self) -> dict[str, object]:
        return {"model": "minilm-l6", "home": self.home}


class TestUnit(MinilmParams, EmbeddingsUnitTests):
    """Construction and types."""


class TestIntegration(MinilmParams, EmbeddingsIntegrationTests):
    """Vectors of texts."""

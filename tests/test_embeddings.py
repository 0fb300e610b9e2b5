"""LangChain's own tests of embeddings, on the embedded encoder."""

from __future__ import annotations

import pytest
from langchain_core.embeddings import Embeddings
from langchain_tests.integration_tests import EmbeddingsIntegrationTests
from langchain_tests.unit_tests import EmbeddingsUnitTests

from chainzoo.home import Home
from chainzoo.langchain.embeddings import ZooEmbeddings


class TestUnit(EmbeddingsUnitTests):
    @pytest.fixture(autouse=True)
    def _home(self, stocked: Home) -> None:
        TestUnit.home = stocked

    home: Home

    @property
    def embeddings_class(self) -> type[Embeddings]:
        return ZooEmbeddings

    @property
    def embedding_model_params(self) -> dict[str, object]:
        return {"model": "minilm-l6", "home": self.home}


class TestIntegration(EmbeddingsIntegrationTests):
    @pytest.fixture(autouse=True)
    def _home(self, stocked: Home) -> None:
        TestIntegration.home = stocked

    home: Home

    @property
    def embeddings_class(self) -> type[Embeddings]:
        return ZooEmbeddings

    @property
    def embedding_model_params(self) -> dict[str, object]:
        return {"model": "minilm-l6", "home": self.home}

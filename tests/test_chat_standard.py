"""What LangChain promises of a chat model, by its own tests, on a real small model."""

from __future__ import annotations

from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_tests.integration_tests import ChatModelIntegrationTests
from langchain_tests.unit_tests import ChatModelUnitTests

from chainzoo.catalog import Catalog
from chainzoo.home import Home
from chainzoo.langchain.chat import ChatZoo
from chainzoo.modeling.references import fetch_weights

SMALL = (
    "Left free to call or to answer, a model of 135 M parameters answers; told to call, it does."
)
EMPTY = "The call is made and valid; a model of 135 M parameters leaves the text in it empty."


class Params:
    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return ChatZoo

    @property
    def has_tool_choice(self) -> bool:
        return True

    @property
    def supports_json_mode(self) -> bool:
        return False


class TestUnit(Params, ChatModelUnitTests):
    """Without a model."""

    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {"model": "smollm2-135m"}


@pytest.mark.slow
class TestIntegration(Params, ChatModelIntegrationTests):
    """With the embedded model: some minutes of generating on a processor."""

    @pytest.fixture(autouse=True)
    def _home(self, fetched: Home) -> None:
        fetch_weights(Catalog.load(fetched).get("smollm2-135m"), fetched)
        TestIntegration.home = fetched

    home: Home

    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {"model": "smollm2-135m", "home": self.home.root, "max_tokens": 40}

    @pytest.mark.xfail(reason=SMALL)
    def test_agent_loop(self, model: BaseChatModel) -> None:
        super().test_agent_loop(model)

    @pytest.mark.xfail(reason=EMPTY, strict=False)
    def test_bind_runnables_as_tools(self, model: BaseChatModel) -> None:
        super().test_bind_runnables_as_tools(model)

    @pytest.mark.xfail(reason=EMPTY, strict=False)
    def test_unicode_tool_call_integration(self, model: BaseChatModel, **options: Any) -> None:
        super().test_unicode_tool_call_integration(model, **options)

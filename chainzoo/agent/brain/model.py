"""The embedded brain as a LangChain chat model."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import ConfigDict, PrivateAttr

from chainzoo.agent.brain.dialogue_state import DialogueState
from chainzoo.agent.brain.mentions import language_of
from chainzoo.agent.brain.plan import RequestPlanner
from chainzoo.agent.brain.replies import reply
from chainzoo.home import Home


class ZooBrain(BaseChatModel):
    """A chat model that answers requests with calls of ChainZoo's tools, without a language model.

    Only messages of a person decide what is called. Results of tools are repeated as they are, so
    no figure is invented. The weights of the card ``minilm-l6`` are needed for English.
    """

    model_config = ConfigDict(extra="forbid")

    home: Path | None = None
    """The home with the weights and the cards; the default home if left out."""

    tools: tuple[str, ...] = ()
    """Names of the tools that may be called."""

    _planner: RequestPlanner = PrivateAttr()

    def model_post_init(self, context: Any, /) -> None:
        """Prepare the planner; nothing is loaded before the first request."""
        self._planner = RequestPlanner(Home.resolve(self.home))

    @property
    def _llm_type(self) -> str:
        return "chainzoo-brain"

    def bind_tools(
        self, tools: Sequence[Any], *, tool_choice: str | None = None, **kwargs: Any
    ) -> Runnable[Any, AIMessage]:
        """The brain with the tools that it may call; it never calls others."""
        names = tuple(str(convert_to_openai_tool(tool)["function"]["name"]) for tool in tools)
        return self.model_copy(update={"tools": names})

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=self._answer(messages))])

    def _answer(self, messages: Sequence[BaseMessage]) -> AIMessage:
        """The next planned call of the current turn, or its closing text."""
        turn = max((at for at, m in enumerate(messages) if isinstance(m, HumanMessage)), default=-1)
        if turn < 0:
            return AIMessage(reply("unclear", "en"))
        text = str(messages[turn].text)
        plan = self._planner.plan(text, restore_state(messages[:turn]), self.tools)
        results = [m for m in messages[turn + 1 :] if isinstance(m, ToolMessage)]
        failed = bool(results) and results[-1].status == "error"
        if failed or len(results) >= len(plan.calls):
            return AIMessage(_closing_text(results, plan.reply, language_of(text)))
        call = plan.calls[len(results)]
        values = {"name": call.tool, "args": call.arguments, "id": f"call_{uuid.uuid4().hex[:12]}"}
        return AIMessage("", tool_calls=[{**values, "type": "tool_call"}])


def restore_state(messages: Sequence[BaseMessage]) -> DialogueState:
    """What earlier turns mentioned."""
    state = DialogueState()
    for message in messages:
        if isinstance(message, AIMessage):
            for call in message.tool_calls:
                state.record_call(call["name"], call["args"])
        elif isinstance(message, ToolMessage):
            state.record_result(message.name or "", str(message.text))
    return state


def _closing_text(results: Sequence[ToolMessage], planned_reply: str, language: str) -> str:
    """The result of the last call as it is, followed by the planned reply."""
    last = str(results[-1].text) if results else ""
    return "\n".join(part for part in (last, planned_reply) if part) or reply("done", language)

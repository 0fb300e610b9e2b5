"""The embedded brain behind LangChain's face of a chat model."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.utils.function_calling import convert_to_openai_tool

from chainzoo.agent.brain.arguments import language_of
from chainzoo.agent.brain.dialogue_state import DialogueState
from chainzoo.agent.brain.plan import make_plan
from chainzoo.agent.brain.replies import say


class ZooBrain(BaseChatModel):
    """Reads a person's requests and answers with calls of ChainZoo's tools, or in words.

    Only what a person says is read for what to do. What tools give back is repeated as it is, so
    that no figure is ever invented. It needs the embedded encoder and no language model.
    """

    tools: tuple[str, ...] = ()

    @property
    def _llm_type(self) -> str:
        return "chainzoo-brain"

    def bind_tools(
        self, tools: Sequence[Any], *, tool_choice: str | None = None, **kwargs: Any
    ) -> Runnable[Any, AIMessage]:
        """The brain with the tools that it may call; others it never calls."""
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
        turn = max((at for at, m in enumerate(messages) if isinstance(m, HumanMessage)), default=-1)
        if turn < 0:
            return AIMessage(say("unclear", "en"))
        text = str(messages[turn].text)
        plan = make_plan(text, recollect(messages[:turn]), self.tools)
        results = [m for m in messages[turn + 1 :] if isinstance(m, ToolMessage)]
        failed = bool(results) and results[-1].status == "error"
        if failed or len(results) >= len(plan.calls):
            return AIMessage(_closing(results, plan.words, language_of(text)))
        call = plan.calls[len(results)]
        told = {"name": call.tool, "args": call.arguments, "id": f"call_{uuid.uuid4().hex[:12]}"}
        return AIMessage("", tool_calls=[{**told, "type": "tool_call"}])


def recollect(messages: Sequence[BaseMessage]) -> DialogueState:
    """What was spoken of in the turns before."""
    memory = DialogueState()
    for message in messages:
        if isinstance(message, AIMessage):
            for call in message.tool_calls:
                memory.note(call["name"], call["args"])
        elif isinstance(message, ToolMessage):
            memory.note_result(message.name or "", str(message.text))
    return memory


def _closing(results: Sequence[ToolMessage], words: str, language: str) -> str:
    """After the last call its tool's own words; then what the brain has to add."""
    last = str(results[-1].text) if results else ""
    return "\n".join(part for part in (last, words) if part) or say("done", language)

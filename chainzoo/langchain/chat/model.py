"""``ChatZoo``: any local causal language model as a LangChain chat model that really calls tools."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LangSmithParams, LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import ConfigDict, Field

from chainzoo.errors import PredictionError
from chainzoo.langchain.chat.tool_calls import grammar, new_id, read_calls

OPENING = "<tool_call>"


class ChatZoo(BaseChatModel):
    """A local chat model: a card, a model tuned for dialogue (``name@version``), a folder of
    transformers, or a folder with an adapter.

    Bound tools are not only told to the model: what it writes is held to their schemas while it
    is written, so that every call is valid. At temperature 0 answers are deterministic.

    ``bind(json_schema=…)`` holds the answer itself to a JSON schema; ``bind(over=event)`` stops it
    when a ``threading.Event`` is set.
    """

    model_config = ConfigDict(populate_by_name=True)

    model: str = "smollm2-135m"
    home: Path | None = None
    temperature: float = Field(default=0.0, ge=0, le=2)
    top_p: float = Field(default=1.0, gt=0, le=1)
    max_tokens: int = Field(default=512, ge=1)
    seed: int | None = None
    stop: list[str] | None = None

    @property
    def _llm_type(self) -> str:
        return "chainzoo-chat"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model": self.model, "temperature": self.temperature, "seed": self.seed}

    def _get_ls_params(self, stop: list[str] | None = None, **kwargs: Any) -> LangSmithParams:
        params = super()._get_ls_params(stop=stop, **kwargs)
        params["ls_provider"] = "chainzoo"
        params["ls_model_name"] = str(kwargs.get("model") or self.model)
        return params

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | bool | dict[str, Any] | None = None,
        parallel_tool_calls: bool | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """The model with tools. ``tool_choice``: auto, any (or required, True), none, or a name.

        Several calls in one answer are possible with ``parallel_tool_calls``; left out, they are
        for models whose chat template knows tools: others repeat a call rather than end.

        Raises:
            PredictionError: ``tool_choice`` names a tool that is not there.
        """
        told = [convert_to_openai_tool(tool)["function"] for tool in tools]
        choice = _choice(tool_choice, [tool["name"] for tool in told])
        return super().bind(
            tools=told, tool_choice=choice, parallel_tool_calls=parallel_tool_calls, **kwargs
        )

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        from chainzoo.langchain.chat.generation import GenerationOutcome

        outcome = GenerationOutcome()
        text = "".join(self._pieces(messages, stop, outcome, kwargs))
        words, calls, broken = read_calls(text) if kwargs.get("tools") else (text, [], [])
        message = AIMessage(
            words,
            tool_calls=calls,
            invalid_tool_calls=broken,
            usage_metadata=_usage(outcome),
            response_metadata=self._facts(outcome, bool(calls)),
        )
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        from chainzoo.langchain.chat.generation import GenerationOutcome

        outcome, calls = GenerationOutcome(), 0
        pieces = self._pieces(messages, stop, outcome, kwargs)
        for part in _parts(pieces) if kwargs.get("tools") else pieces:
            if isinstance(part, str):
                chunk = AIMessageChunk(content=part)
            else:
                args, name = part
                told = tool_call_chunk(name=name, args=args, id=new_id(), index=calls)
                chunk, calls = AIMessageChunk(content="", tool_call_chunks=[told]), calls + 1
            if run_manager:
                run_manager.on_llm_new_token(
                    str(chunk.text), chunk=ChatGenerationChunk(message=chunk)
                )
            yield ChatGenerationChunk(message=chunk)
        last = AIMessageChunk(
            content="",
            usage_metadata=_usage(outcome),
            response_metadata=self._facts(outcome, calls > 0),
            chunk_position="last",
        )
        yield ChatGenerationChunk(message=last)

    def _pieces(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None,
        outcome: Any,
        told: dict[str, Any],
    ) -> Iterator[str]:
        """The raw text of the answer, piece by piece."""
        from chainzoo.langchain.chat.generation import GenerationSettings, generate
        from chainzoo.langchain.chat.loading import find_folder, load_chat
        from chainzoo.langchain.chat.messages import to_prompt

        loaded = load_chat(find_folder(str(told.get("model") or self.model), self.home), self.home)
        tools: list[dict[str, Any]] = told.get("tools") or []
        choice = told.get("tool_choice") or "auto"
        asked = told.get("parallel_tool_calls")
        several = "tools" in loaded.template if asked is None else bool(asked)
        shown = [] if choice == "none" else tools
        prompt = to_prompt(loaded.template, loaded.tokenizer, messages, shown)
        settings = GenerationSettings(
            max_tokens=int(told.get("max_tokens") or self.max_tokens),
            temperature=float(told.get("temperature", self.temperature)),
            top_p=float(told.get("top_p", self.top_p)),
            seed=told.get("seed", self.seed),
            stop=tuple(stop or self.stop or ()),
            grammar=grammar(tools, choice, several, told.get("json_schema")),
        )
        return generate(loaded, prompt, settings, outcome, told.get("over"))

    def _facts(self, outcome: Any, called: bool) -> dict[str, Any]:
        reason = "tool_calls" if called else outcome.finish_reason
        return {"model_name": self.model, "model_provider": "chainzoo", "finish_reason": reason}


def _choice(wanted: str | bool | dict[str, Any] | None, names: Sequence[str]) -> str:
    if isinstance(wanted, dict):
        wanted = str((wanted.get("function") or wanted).get("name"))
    if wanted is None or wanted == "auto" or wanted is False:
        return "auto"
    if wanted is True or wanted in ("any", "required"):
        return "any"
    if wanted == "none" or wanted in names:
        return str(wanted)
    raise PredictionError(
        f"tool_choice is {wanted!r}.",
        remedy=f"Give auto, any, none, or one of {', '.join(names) or 'the tools (there is none)'}.",
    )


def _usage(outcome: Any) -> UsageMetadata:
    return UsageMetadata(
        input_tokens=outcome.input_tokens,
        output_tokens=outcome.output_tokens,
        total_tokens=outcome.input_tokens + outcome.output_tokens,
    )


def _parts(pieces: Iterator[str]) -> Iterator[str | tuple[str, str]]:
    """Words as they come; a call, as its arguments and name, when it is whole."""
    import json

    held = ""
    for piece in pieces:
        held += piece
        while True:
            _, calls, broken = read_calls(held)
            if not calls and not broken:
                break
            for call in calls:
                yield json.dumps(call["args"], ensure_ascii=False), call["name"]
            held = held[held.rfind("</tool_call>") + len("</tool_call>") :]
        if held and not OPENING.startswith(held.lstrip()[: len(OPENING)]) and OPENING not in held:
            yield held
            held = ""
    if held.strip():
        yield held

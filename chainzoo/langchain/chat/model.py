"""``ChatZoo``: any local causal language model as a LangChain chat model that calls tools."""

from __future__ import annotations

import json
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
from pydantic import ConfigDict, Field, SecretStr

from chainzoo.errors import PredictionError
from chainzoo.home import Home
from chainzoo.langchain.chat.tool_calls import build_grammar, parse_calls, split_stream


class ChatZoo(BaseChatModel):
    """A local chat model with tool calls that follow their schemas.

    ``model`` is a card, a model tuned for dialogue (``name@version``), a folder of transformers, or
    a folder with an adapter.

    Tools are not only described to the model: its output is constrained to their schemas while it
    is generated, so that every call is valid. At temperature 0 answers are deterministic.

    ``bind(json_schema=…)`` constrains the answer itself to a JSON schema; ``bind(cancel=event)``
    stops it when a ``threading.Event`` is set.
    """

    model_config = ConfigDict(populate_by_name=True, extra="forbid")

    model: str = "smollm2-135m"
    home: Path | None = None
    """The home's root folder; by default ``CHAINZOO_HOME`` or ``~/.chainzoo``."""
    temperature: float = Field(default=0.0, ge=0, le=2)
    top_p: float = Field(default=1.0, gt=0, le=1)
    max_tokens: int = Field(default=512, ge=1)
    seed: int | None = None
    stop: list[str] | None = None
    timeout: float | None = Field(default=None, gt=0)
    """Seconds for one answer, the wait for a busy model included; then it is an error."""
    streaming: bool = False
    """Whether ``invoke`` generates through ``stream``, so that callbacks get every token."""
    max_retries: int = Field(default=0, ge=0)
    """A standard parameter of LangChain, unused: a local model would only fail again."""
    api_key: SecretStr | None = None
    """A standard parameter of LangChain, unused: a local model needs no key."""

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

        ``parallel_tool_calls`` allows several calls in one answer; by default only models whose
        chat template supports tools may, as others repeat a call rather than end.

        Raises:
            PredictionError: ``tool_choice`` names a tool that is not there.
        """
        functions = [convert_to_openai_tool(tool)["function"] for tool in tools]
        choice = _tool_choice(tool_choice, [function["name"] for function in functions])
        return super().bind(
            tools=functions, tool_choice=choice, parallel_tool_calls=parallel_tool_calls, **kwargs
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
        calls: list[Any] = []
        invalid_calls: list[Any] = []
        if kwargs.get("tools"):
            text, calls, invalid_calls = parse_calls(text)
        message = AIMessage(
            text,
            tool_calls=calls,
            invalid_tool_calls=invalid_calls,
            usage_metadata=_usage(outcome),
            response_metadata=self._response_metadata(outcome, bool(calls)),
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
        for part in split_stream(pieces) if kwargs.get("tools") else pieces:
            if isinstance(part, str):
                message = AIMessageChunk(content=part)
            else:
                message = AIMessageChunk(content="", tool_call_chunks=[_call_chunk(part, calls)])
                calls += 1
            chunk = ChatGenerationChunk(message=message)
            if run_manager:
                run_manager.on_llm_new_token(str(message.text), chunk=chunk)
            yield chunk
        last = AIMessageChunk(
            content="",
            usage_metadata=_usage(outcome),
            response_metadata=self._response_metadata(outcome, calls > 0),
            chunk_position="last",
        )
        yield ChatGenerationChunk(message=last)

    def _pieces(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None,
        outcome: Any,
        options: dict[str, Any],
    ) -> Iterator[str]:
        """The raw text of the answer, piece by piece; ``options`` are those of the call."""
        from chainzoo.langchain.chat.generation import GenerationSettings, generate
        from chainzoo.langchain.chat.loading import load_chat_model, resolve_chat_model
        from chainzoo.langchain.chat.messages import render_prompt

        home = Home.resolve(self.home)
        folder = resolve_chat_model(str(options.get("model") or self.model), home)
        loaded = load_chat_model(folder, home)
        tools: list[dict[str, Any]] = options.get("tools") or []
        choice = options.get("tool_choice") or "auto"
        parallel = options.get("parallel_tool_calls")
        if parallel is None:
            parallel = "tools" in loaded.template
        prompt = render_prompt(
            loaded.template, loaded.tokenizer, messages, [] if choice == "none" else tools
        )
        settings = GenerationSettings(
            max_tokens=int(options.get("max_tokens") or self.max_tokens),
            temperature=float(options.get("temperature", self.temperature)),
            top_p=float(options.get("top_p", self.top_p)),
            seed=options.get("seed", self.seed),
            stop=tuple(stop or self.stop or ()),
            timeout=options.get("timeout", self.timeout),
            grammar=build_grammar(tools, choice, bool(parallel), options.get("json_schema")),
        )
        return generate(loaded, prompt, settings, outcome, options.get("cancel"))

    def _response_metadata(self, outcome: Any, called: bool) -> dict[str, Any]:
        reason = "tool_calls" if called else outcome.finish_reason
        return {"model_name": self.model, "model_provider": "chainzoo", "finish_reason": reason}


def _tool_choice(choice: str | bool | dict[str, Any] | None, names: Sequence[str]) -> str:
    """LangChain's and OpenAI's forms of ``tool_choice`` as ``auto``, ``any``, ``none`` or a name."""
    if isinstance(choice, dict):
        choice = str((choice.get("function") or choice).get("name"))
    if choice is None or choice == "auto" or choice is False:
        return "auto"
    if choice is True or choice in ("any", "required"):
        return "any"
    if choice == "none" or choice in names:
        return str(choice)
    raise PredictionError(
        f"tool_choice is {choice!r}.",
        remedy=f"Give auto, any, none, or one of {', '.join(names) or 'the tools (there are none)'}.",
    )


def _call_chunk(call: dict[str, Any], index: int) -> Any:
    arguments = json.dumps(call["args"], ensure_ascii=False)
    return tool_call_chunk(name=call["name"], args=arguments, id=call["id"], index=index)


def _usage(outcome: Any) -> UsageMetadata:
    return UsageMetadata(
        input_tokens=outcome.input_tokens,
        output_tokens=outcome.output_tokens,
        total_tokens=outcome.input_tokens + outcome.output_tokens,
    )

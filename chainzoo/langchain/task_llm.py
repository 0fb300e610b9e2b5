"""The LangChain LLM around a tuned model: which part of a prompt is the model's input.

A prompt of one text is the input as it is. Of a chat prompt (a ``ChatPromptTemplate``, or a list of
messages)

- a classifier, tagger, reader, ranker, summarizer or translator gets the text of the last human
  message: offsets count from its first character. System messages and the examples of a few-shot
  prompt are for models that follow instructions; a tuned model has learned its task and does not
  read them.
- a model tuned for dialogue gets all messages with their roles, in its own chat template.
"""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

from langchain_core.callbacks import Callbacks
from langchain_core.language_models import LanguageModelInput
from langchain_core.language_models.llms import BaseLLM
from langchain_core.messages import BaseMessage
from langchain_core.outputs import LLMResult
from langchain_core.prompt_values import ChatPromptValue, PromptValue, StringPromptValue
from langchain_core.runnables import RunnableConfig
from langchain_core.runnables.config import get_config_list
from pydantic import ConfigDict

from chainzoo.errors import PredictionError
from chainzoo.inference.runnable import merge_results, remaining_inputs
from chainzoo.tasks import get_task

ROLES = {"human": "user", "ai": "assistant", "system": "system"}


class TaskLLM(BaseLLM):
    """Base of the LLMs around tuned models: text in, text out.

    A batch is one pass. With ``return_exceptions`` an input that does not fit the task gets its
    error as the result and leaves the others as they are.
    """

    model_config = ConfigDict(extra="forbid")

    @abstractmethod
    def task_name(self) -> str:
        """The name of the model's task."""

    def generate_prompt(
        self,
        prompts: list[PromptValue],
        stop: list[str] | None = None,
        callbacks: Callbacks | list[Callbacks] | None = None,
        **kwargs: Any,
    ) -> LLMResult:
        """Answer prompts; a chat prompt is read as the module's docstring says.

        Raises:
            PredictionError: a chat prompt has no human message, or an input does not fit.
        """
        converted: list[PromptValue] = [self._convert_input(prompt) for prompt in prompts]
        return super().generate_prompt(converted, stop, callbacks, **kwargs)

    async def agenerate_prompt(
        self,
        prompts: list[PromptValue],
        stop: list[str] | None = None,
        callbacks: Callbacks | list[Callbacks] | None = None,
        **kwargs: Any,
    ) -> LLMResult:
        """Like ``generate_prompt``, off the event loop."""
        converted: list[PromptValue] = [self._convert_input(prompt) for prompt in prompts]
        return await super().agenerate_prompt(converted, stop, callbacks, **kwargs)

    def batch(
        self,
        inputs: list[LanguageModelInput],
        config: RunnableConfig | list[RunnableConfig] | None = None,
        *,
        return_exceptions: bool = False,
        **kwargs: Any,
    ) -> list[str]:
        """Answer many prompts in one pass; answers are in their order."""
        configs = get_config_list(config, len(inputs))
        known: dict[int, Any] = {}
        for position in self._unfit(inputs) if return_exceptions else ():
            try:
                known[position] = self.invoke(inputs[position], configs[position], **kwargs)
            except Exception as error:
                known[position] = error
        answers = super().batch(
            remaining_inputs(inputs, known),
            remaining_inputs(configs, known),
            return_exceptions=return_exceptions,
            **kwargs,
        )
        return merge_results(known, answers)

    async def abatch(
        self,
        inputs: list[LanguageModelInput],
        config: RunnableConfig | list[RunnableConfig] | None = None,
        *,
        return_exceptions: bool = False,
        **kwargs: Any,
    ) -> list[str]:
        """Like ``batch``, off the event loop."""
        configs = get_config_list(config, len(inputs))
        known: dict[int, Any] = {}
        for position in self._unfit(inputs) if return_exceptions else ():
            try:
                known[position] = await self.ainvoke(inputs[position], configs[position], **kwargs)
            except Exception as error:
                known[position] = error
        answers = await super().abatch(
            remaining_inputs(inputs, known),
            remaining_inputs(configs, known),
            return_exceptions=return_exceptions,
            **kwargs,
        )
        return merge_results(known, answers)

    def _convert_input(self, model_input: LanguageModelInput) -> PromptValue:
        prompt = super()._convert_input(model_input)
        if not isinstance(prompt, ChatPromptValue):
            return prompt
        return StringPromptValue(text=input_text(prompt.messages, self.task_name()))

    def _unfit(self, inputs: Sequence[LanguageModelInput]) -> list[int]:
        """The positions of inputs that the task cannot read."""
        task = get_task(self.task_name())
        positions = []
        for position, value in enumerate(inputs):
            try:
                task.parse_input(self._convert_input(value).to_string())
            except ValueError:
                positions.append(position)
        return positions


def input_text(messages: Sequence[BaseMessage], task_name: str) -> str:
    """The input that a chat prompt means for a model of a task.

    Raises:
        PredictionError: there is no human message.
    """
    human = [message for message in messages if role_of(message) == "user"]
    if not human:
        raise PredictionError(
            "The prompt has no human message.",
            remedy='Put the input into one: ("human", "{text}").',
        )
    if get_task(task_name).can_chat:
        turns = [{"role": role_of(m), "content": str(m.text)} for m in messages]
        return json.dumps(turns, ensure_ascii=False)
    return str(human[-1].text)


def role_of(message: BaseMessage) -> str:
    """The role of a message in a chat template: ``user``, ``assistant``, ``system`` or another."""
    return ROLES.get(message.type) or str(getattr(message, "role", message.type))

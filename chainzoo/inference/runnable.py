"""LangChain Runnables that compute a whole batch in one pass.

``PredictionRunnable`` is the base of everything here that turns inputs into predictions: the
predictors of tuned models and the chains built on them. ``TaskPredictor`` is the base of the
predictors: local, in an engine, or behind HTTP.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import Any, ClassVar

from langchain_core.callbacks import (
    AsyncCallbackManagerForChainRun,
    CallbackManagerForChainRun,
)
from langchain_core.runnables import Runnable, RunnableConfig
from langchain_core.runnables.config import run_in_executor
from langchain_core.runnables.utils import Input, Output
from typing_extensions import TypedDict

from chainzoo.errors import InvalidInputsError, TaskError
from chainzoo.tasks import get_task

STREAM_CHUNK = 512
"""Inputs that a stream is read ahead by: enough to sort by length, in constant memory."""


class PredictionRunnable(Runnable[Input, Output]):
    """A Runnable whose ``batch`` is one call of ``predict``.

    Every input has a run of its own: callbacks, tags, metadata and ``run_name`` of its config
    arrive, and the runs of inner Runnables are its children. With ``return_exceptions`` an input
    that does not fit gets its error as the result and leaves the others as they are; without, the
    first such error is raised before anything is computed. ``max_concurrency`` bounds the inner
    Runnables that are called once an input; a pass over a model is one call whatever its size.

    A subclass implements ``predict``. One that calls other Runnables implements
    ``_predict_batch`` and hands the configs on.
    """

    run_type: ClassVar[str] = "chain"
    """The kind of run that tracers show."""

    @abstractmethod
    def predict(self, inputs: Sequence[Input], **options: Any) -> list[Output]:
        """Predict on ``inputs`` in one pass, without callbacks; results are in their order.

        Raises:
            InvalidInputsError: inputs do not fit.
        """

    def invoke(
        self,
        input: Input,  # noqa: A002 - LangChain's name
        config: RunnableConfig | None = None,
        **kwargs: Any,
    ) -> Output:
        """Predict on one input; ``kwargs`` are the options of ``predict``."""

        def call(
            value: Input, run_manager: CallbackManagerForChainRun, config: RunnableConfig
        ) -> Output:
            try:
                results = self._predict_batch([value], [config], return_exceptions=False, **kwargs)
                return _value(results[0])
            except InvalidInputsError as error:
                raise error.errors[0] from None

        return self._call_with_config(call, input, config, run_type=self.run_type)

    async def ainvoke(
        self,
        input: Input,  # noqa: A002 - LangChain's name
        config: RunnableConfig | None = None,
        **kwargs: Any,
    ) -> Output:
        """Predict on one input, off the event loop."""

        async def call(
            value: Input, run_manager: AsyncCallbackManagerForChainRun, config: RunnableConfig
        ) -> Output:
            try:
                results = await self._apredict_batch(
                    [value], [config], return_exceptions=False, **kwargs
                )
                return _value(results[0])
            except InvalidInputsError as error:
                raise error.errors[0] from None

        return await self._acall_with_config(call, input, config, run_type=self.run_type)

    def batch(
        self,
        inputs: Sequence[Input],
        config: RunnableConfig | list[RunnableConfig] | None = None,
        *,
        return_exceptions: bool = False,
        **kwargs: Any,
    ) -> list[Output]:
        """Predict on many inputs in one pass; results are in their order."""

        def call(
            values: list[Input],
            run_manager: list[CallbackManagerForChainRun],
            config: list[RunnableConfig],
        ) -> list[Exception | Output]:
            return self._predict_batch(
                values, config, return_exceptions=return_exceptions, **kwargs
            )

        return self._batch_with_config(
            call, list(inputs), config, return_exceptions=return_exceptions, run_type=self.run_type
        )

    async def abatch(
        self,
        inputs: Sequence[Input],
        config: RunnableConfig | list[RunnableConfig] | None = None,
        *,
        return_exceptions: bool = False,
        **kwargs: Any,
    ) -> list[Output]:
        """Predict on many inputs in one pass, off the event loop."""

        async def call(
            values: list[Input],
            run_manager: list[AsyncCallbackManagerForChainRun],
            config: list[RunnableConfig],
        ) -> list[Exception | Output]:
            return await self._apredict_batch(
                values, config, return_exceptions=return_exceptions, **kwargs
            )

        return await self._abatch_with_config(
            call, list(inputs), config, return_exceptions=return_exceptions, run_type=self.run_type
        )

    def _predict_batch(
        self,
        inputs: list[Input],
        configs: list[RunnableConfig],
        *,
        return_exceptions: bool,
        **options: Any,
    ) -> list[Exception | Output]:
        """The result or the error of each input; ``configs`` are those of its child runs.

        Without ``return_exceptions`` an error may also be raised, which ends all runs with it.
        """
        try:
            return list(self.predict(inputs, **options))
        except InvalidInputsError as error:
            if not return_exceptions:
                raise
            errors = error.errors
        return merge_results(errors, self.predict(remaining_inputs(inputs, errors), **options))

    async def _apredict_batch(
        self,
        inputs: list[Input],
        configs: list[RunnableConfig],
        *,
        return_exceptions: bool,
        **options: Any,
    ) -> list[Exception | Output]:
        """Like ``_predict_batch``, in a thread."""
        predict = partial(self._predict_batch, return_exceptions=return_exceptions, **options)
        return await run_in_executor(None, predict, inputs, configs)


class TaskPredictor(PredictionRunnable[Any, Any]):
    """A tuned model as a typed Runnable, wherever its weights are.

    ``task`` is the name of its task. ``InputType`` and ``OutputType`` are the task's: a text, or a
    row of values such as a question and its context, to a prediction such as ``TextPrediction``.
    """

    run_type = "llm"
    task: str

    @property
    def InputType(self) -> Any:  # noqa: N802 - LangChain's name
        """``str`` for a task on texts or files, a ``TypedDict`` for a task on rows."""
        try:
            fields = get_task(self.task).input_fields
        except TaskError:  # A server's task that is not installed here.
            return Any
        if len(fields) == 1:
            return str
        return TypedDict(f"{self.task.title().replace('-', '')}Input", dict.fromkeys(fields, str))  # type: ignore[operator]

    def predict_many(self, inputs: Iterable[Any]) -> Iterator[Any]:
        """Predict on a stream of any length, one by one, in constant memory."""
        remaining = iter(inputs)
        while chunk := list(islice(remaining, STREAM_CHUNK)):
            yield from self.predict(chunk)

    @property
    def OutputType(self) -> Any:  # noqa: N802 - LangChain's name
        """The class of the task's predictions, such as ``TextPrediction``."""
        try:
            return get_task(self.task).prediction_type
        except TaskError:
            return Any


def _value(result: Exception | Output) -> Output:
    if isinstance(result, Exception):
        raise result
    return result


def remaining_inputs(inputs: Sequence[Input], known: Mapping[int, Any]) -> list[Input]:
    """The inputs whose position is not in ``known``."""
    return [value for position, value in enumerate(inputs) if position not in known]


def merge_results(known: Mapping[int, Any], results: Sequence[Any]) -> list[Any]:
    """What is ``known`` by position, such as errors, with the results of the other inputs between."""
    remaining = iter(results)
    size = len(known) + len(results)
    return [known[at] if at in known else next(remaining) for at in range(size)]

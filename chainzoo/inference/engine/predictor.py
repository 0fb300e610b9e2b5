"""A tuned model in an engine as a typed Runnable."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any, Protocol

from langchain_core.runnables import RunnableConfig

from chainzoo.errors import InvalidInputsError
from chainzoo.inference.runnable import TaskPredictor, merge_results, remaining_inputs


class PredictionService(Protocol):
    """What an ``EnginePredictor`` calls: an ``Engine``."""

    def predict(self, ref: str, inputs: Sequence[Any], **options: Any) -> list[Any]:
        """Predict with the model ``ref``."""
        ...

    def submit(self, ref: str, inputs: Sequence[Any], **options: Any) -> Future[list[Any]]:
        """Predict with the model ``ref`` in the background."""
        ...


class EnginePredictor(TaskPredictor):
    """Like ``Predictor``; the weights are the engine's, and an alias that moves is followed.

    Async calls wait for the engine's future and take no thread; cancelling them cancels it.
    """

    def __init__(self, engine: PredictionService, ref: str, task: str) -> None:
        self.engine = engine
        self.ref = self.name = ref
        self.task = task

    def predict(self, inputs: Sequence[Any], **options: Any) -> list[Any]:
        """Predict on ``inputs``, in a batch with those of other callers.

        Raises:
            InvalidInputsError: inputs do not fit the task. PredictionError: an option does not.
        """
        return self.engine.predict(self.ref, inputs, **options)

    async def _apredict_batch(
        self,
        inputs: list[Any],
        configs: list[RunnableConfig],
        *,
        return_exceptions: bool,
        **options: Any,
    ) -> list[Any]:
        async def predict(values: list[Any]) -> list[Any]:
            return await asyncio.wrap_future(self.engine.submit(self.ref, values, **options))

        try:
            return await predict(inputs)
        except InvalidInputsError as error:
            if not return_exceptions:
                raise
            errors = error.errors
        return merge_results(errors, await predict(remaining_inputs(inputs, errors)))

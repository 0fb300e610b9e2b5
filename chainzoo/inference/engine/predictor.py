"""A tuned model as a Runnable that calls through an engine."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from langchain_core.runnables import RunnableConfig

from chainzoo.inference.typed_runnable import PredictionRunnable

if TYPE_CHECKING:
    from chainzoo.inference.engine.engine import Engine


class EnginePredictor(PredictionRunnable):
    """Like ``Predictor``; the weights are the engine's, and an alias that moves is followed."""

    def __init__(self, engine: Engine, ref: str, task: str) -> None:
        self.engine = engine
        self.ref = self.name = ref
        self.task = task

    def predict(self, inputs: Sequence[Any], **options: Any) -> list[Any]:
        """The predictions for inputs, in their order."""
        return self.engine.predict(self.ref, inputs, **options)

    async def abatch(
        self,
        inputs: Sequence[Any],
        config: RunnableConfig | list[RunnableConfig] | None = None,
        *,
        return_exceptions: bool = False,
        **kwargs: Any,
    ) -> list[Any]:
        """Like ``batch``, without a thread for each call."""
        return await asyncio.wrap_future(self.engine.submit(self.ref, list(inputs), **kwargs))

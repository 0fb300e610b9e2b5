"""A tuned model as a Runnable that calls through an engine."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from langchain_core.runnables import RunnableConfig

from chainzoo.errors import PredictionError
from chainzoo.inference.predictor import Predictor

if TYPE_CHECKING:
    from chainzoo.inference.engine.engine import Engine


class EnginePredictor(Predictor):
    """Like ``Predictor``; the weights are the engine's, and an alias that moves is followed."""

    def __init__(self, engine: Engine, ref: str, task: str) -> None:
        self.engine = engine
        self.ref = self.name = ref
        self._task = task

    @property
    def task(self) -> str:
        """The task's name."""
        return self._task

    def predict(self, inputs: Sequence[Any], **options: Any) -> list[Any]:
        """The predictions for inputs, in their order."""
        return self.engine.predict(self.ref, inputs, **options)

    async def abatch(
        self,
        inputs: Sequence[str],
        config: RunnableConfig | list[RunnableConfig] | None = None,
        *,
        return_exceptions: bool = False,
        **kwargs: Any,
    ) -> list[Any]:
        """Like ``batch``, without a thread for each call."""
        return await asyncio.wrap_future(self.engine.submit(self.ref, list(inputs), **kwargs))

    def predict_examples(self, examples: Sequence[Any], **options: Any) -> list[Any]:
        """Not through an engine: it takes what a user gives."""
        raise PredictionError("An engine takes inputs, not examples.", remedy="Call predict.")

    def stream_text(self, value: Any, **options: Any) -> Iterator[str]:
        """The whole text as one piece."""
        yield self.predict([value], **options)[0].text

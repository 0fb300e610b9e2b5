"""A tuned model as a typed Runnable: text in, a prediction out, many at once in sorted batches."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from langchain_core.runnables import Runnable, RunnableConfig

from chainzoo.errors import PredictionError
from chainzoo.tuning.forward import predict
from chainzoo.tuning.tuned import LoadedModel, load

CHUNK = 512  # Texts a sorted batch draws from: enough to sort, little enough for constant memory.


class Predictor(Runnable[str, Any]):
    """``invoke`` gives a ``TextPrediction`` or a ``TokenPrediction``, by the model's task.

    ``batch`` makes one pass over all inputs, the longest first. ``predict_many`` takes a stream of
    any length and gives a stream, in constant memory.
    """

    def __init__(self, loaded: LoadedModel, name: str = "") -> None:
        self.loaded = loaded
        self.name = name or loaded.manifest.task

    @classmethod
    def load(
        cls,
        folder: Path,
        base: Path | None = None,
        *,
        name: str = "",
        precision: Literal["auto", "float32", "bfloat16"] = "auto",
    ) -> Predictor:
        """The predictor of the tuned model in ``folder``."""
        return cls(load(folder, base, precision), name)

    @property
    def task(self) -> str:
        """The task's name."""
        return self.loaded.manifest.task

    def invoke(self, input: str, config: RunnableConfig | None = None, **kwargs: Any) -> Any:  # noqa: A002
        """The prediction for one text."""
        return self._call_with_config(self._one, input, config, run_type="llm")

    def _one(self, text: str) -> Any:
        return self.predict([text])[0]

    def batch(
        self,
        inputs: Sequence[str],
        config: RunnableConfig | list[RunnableConfig] | None = None,
        *,
        return_exceptions: bool = False,
        **kwargs: Any,
    ) -> list[Any]:
        """The predictions for many texts, in their order."""
        return self.predict(list(inputs))

    async def abatch(
        self,
        inputs: Sequence[str],
        config: RunnableConfig | list[RunnableConfig] | None = None,
        *,
        return_exceptions: bool = False,
        **kwargs: Any,
    ) -> list[Any]:
        """Like ``batch``, off the event loop."""
        return await asyncio.to_thread(self.predict, list(inputs))

    def predict(self, texts: Sequence[str]) -> list[Any]:
        """The predictions for texts, in their order.

        Raises:
            PredictionError: an input is not a text.
        """
        for at, text in enumerate(texts):
            if not isinstance(text, str):
                raise PredictionError(
                    f"Input {at + 1} is {type(text).__name__}, expected text.",
                    remedy="Give str values.",
                )
        return self.predict_examples([self.loaded.task.example(text) for text in texts])

    def predict_examples(self, examples: Sequence[Any]) -> list[Any]:
        """The predictions for examples, whose own tokens are kept."""
        return predict(self.loaded, examples) if examples else []

    def predict_many(self, texts: Iterable[str]) -> Iterator[Any]:
        """Predictions one by one for a stream of any length."""
        rest = iter(texts)
        while chunk := list(islice(rest, CHUNK)):
            yield from self.predict(chunk)

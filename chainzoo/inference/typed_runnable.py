"""What predictors have in common, wherever their model is: ``predict`` as a LangChain Runnable."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from langchain_core.runnables import Runnable, RunnableConfig

CHUNK = 512  # Texts a sorted batch draws from: enough to sort, little enough for constant memory.


class PredictionRunnable(Runnable[Any, Any]):
    """``invoke`` gives the typed prediction for one input, ``batch`` those for many in one call."""

    @abstractmethod
    def predict(self, inputs: Sequence[Any], **options: Any) -> list[Any]:
        """The predictions for inputs, in their order."""

    def invoke(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Any:  # noqa: A002
        """The prediction for one input."""

        def one(value: Any) -> Any:
            return self.predict([value], **kwargs)[0]

        return self._call_with_config(one, input, config, run_type="llm")

    def batch(
        self,
        inputs: Sequence[Any],
        config: RunnableConfig | list[RunnableConfig] | None = None,
        *,
        return_exceptions: bool = False,
        **kwargs: Any,
    ) -> list[Any]:
        """The predictions for many inputs, in their order."""
        return self.predict(list(inputs), **kwargs)

    async def abatch(
        self,
        inputs: Sequence[Any],
        config: RunnableConfig | list[RunnableConfig] | None = None,
        *,
        return_exceptions: bool = False,
        **kwargs: Any,
    ) -> list[Any]:
        """Like ``batch``, off the event loop."""
        return await asyncio.to_thread(lambda: self.predict(list(inputs), **kwargs))

    def predict_many(self, texts: Iterable[Any]) -> Iterator[Any]:
        """Predictions one by one for a stream of any length, in constant memory."""
        rest = iter(texts)
        while chunk := list(islice(rest, CHUNK)):
            yield from self.predict(chunk)

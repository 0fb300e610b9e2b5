"""A cache of predictions, by version and input; the least recently used go first."""

from __future__ import annotations

import threading
from collections.abc import Hashable, Sequence
from typing import Any

from cachetools import LRUCache

from chainzoo.inference.engine.served_model import ServedModel


class PredictionCache:
    """The last ``size`` predictions; with size 0, nothing is kept. ``hits`` counts those reused."""

    def __init__(self, size: int) -> None:
        self.size, self.hits = size, 0
        self._predictions: LRUCache[Hashable, Any] = LRUCache(max(size, 1))
        self._lock = threading.Lock()

    def get(self, model: ServedModel, examples: Sequence[Any]) -> list[Any]:
        """The prediction for each example, or ``None``."""
        if not self.size:
            return [None] * len(examples)
        with self._lock:
            known = [self._predictions.get(_key(model, example)) for example in examples]
            self.hits += sum(prediction is not None for prediction in known)
        return known

    def put(self, model: ServedModel, examples: Sequence[Any], predictions: Sequence[Any]) -> None:
        """Keep predictions."""
        with self._lock:
            for example, prediction in zip(examples, predictions, strict=True):
                self._predictions[_key(model, example)] = prediction


def _key(model: ServedModel, example: Any) -> Hashable:
    return model.task.name, model.ref, repr(example)

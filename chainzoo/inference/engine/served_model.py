"""A tuned model on a shared base: its adapter, its head, and its tokenizer."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from chainzoo.inference.engine.heads import LinearHead
from chainzoo.inference.engine.multi_lora import Adapter
from chainzoo.tasks import Feature, LabelSpace, ModelSettings


@dataclass(frozen=True, slots=True)
class HeadSignature:
    """Rows of one signature run the same code after the base; only the head's weights differ."""

    task: str
    pooling: str
    problem: str
    pad_id: int
    has_head: bool


@dataclass(slots=True, eq=False)
class ServedModel:
    """A model whose encoder is ``base``; ``bytes`` are those of its adapter and head alone.

    ``tokenizer_lock`` is held while the tokenizer is used: models share it, threads may not.
    """

    ref: str
    task: Any
    labels: LabelSpace
    max_length: int
    stride: int
    tokenizer: Any
    tokenizer_lock: threading.Lock
    base: BatchRunner
    adapter: Adapter
    head: LinearHead | None
    signature: HeadSignature
    settings: ModelSettings
    method: str
    bytes: int = 0

    def encode(self, examples: Sequence[Any]) -> list[Feature]:
        """The token ids of the windows of examples."""
        with self.tokenizer_lock:
            features: list[Feature] = self.task.encode(
                examples, self.tokenizer, self.labels, self.max_length, self.stride
            )
        return features


@dataclass(frozen=True, slots=True, eq=False)
class BatchRow:
    """One window of an input, and the model that reads it."""

    model: ServedModel
    feature: Feature


class BatchRunner(Protocol):
    """What computes batches of many models: a ``SharedBase``."""

    def run(self, rows: Sequence[BatchRow]) -> list[np.ndarray]:
        """The logits of each row."""
        ...

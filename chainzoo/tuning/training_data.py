"""The examples and labels of one fine-tuning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chainzoo.tasks import LabelSpace


@dataclass(frozen=True, slots=True)
class TrainingData:
    """Examples to train on, examples to evaluate on after each epoch, and the labels of both.

    ``notes`` are the warnings of the readers, for the report.
    """

    train: Sequence[Any]
    dev: Sequence[Any]
    labels: LabelSpace
    notes: tuple[str, ...] = ()

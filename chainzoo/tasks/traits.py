"""Facts about a task that other layers ask for: the words that name it, and how it is exported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Unit = tuple[str, tuple[str, ...]]
"""What a classical classifier decides at once: features as words, and the true labels."""


@dataclass(frozen=True, slots=True)
class TaskKeywords:
    """Regular expressions, in lower case, for the words by which a person names a task.

    ``names`` match the task and what it does, ``inputs`` the kinds of texts that it is usually for
    (empty where no kind tells). Where the names of several tasks match, the highest ``priority``
    wins. With ``generic``, the names fit other tasks as well, so that data goes before them.
    """

    names: str
    inputs: str = ""
    priority: int = 0
    generic: bool = False


@dataclass(frozen=True, slots=True)
class AutoModelExport:
    """The auto class of transformers that computes what the task's network computes.

    ``head`` is the attribute with the head's linear layer; ``outputs`` are the fields of the
    model's output that are stacked, on the last axis, to the network's logits. ``label_names``
    go to the config; those of the label space where they are empty.
    """

    auto_class: str
    head: str
    outputs: tuple[str, ...] = ("logits",)
    label_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SentenceTransformerExport:
    """The network is an encoder, a pooling and perhaps a linear layer: a ``SentenceTransformer``.

    With ``normalize``, its output is scaled to length 1. ``notes`` are sentences for the user of
    the export, in which ``{max_length}`` is filled in.
    """

    normalize: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TrainingDefaults:
    """Settings of a task where the recipe leaves them open; ``None`` is that of all tasks.

    ``learning_rates`` are peak rates by method, for small and for large encoders.
    """

    learning_rates: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    batch_size: int | None = None
    batch_tokens: int | None = None
    max_length: int | None = None
    pooling: Literal["mean", "cls"] | None = None


ENCODES_LOGITS = (
    "encode gives the logits, in the order of id2label in config.json."
    " AutoModelForSequenceClassification would not: it pools in another way."
)
TRUNCATES = (
    "Texts above {max_length} tokens are cut there; ChainZoo reads them in windows and takes the"
    " mean of the logits."
)

ExportFormat = AutoModelExport | SentenceTransformerExport

"""What a task is. A new task is one new file that gives an object of this shape.

Everything to the right of ``tasks`` (tuning, evaluation, inference, the terminal) speaks to a task
through this protocol alone, so none of it changes when a task is added.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol, runtime_checkable

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

Problem = Literal["single", "multi", "tokens", "span", "score", "text"]


@dataclass(frozen=True, slots=True)
class LabelSpace:
    """The outputs of a model in the order of its head.

    ``names`` are classes, or tags (``O``, ``B-PER``, …) for token classification. ``problem`` is
    ``single`` (one of), ``multi`` (any of), ``tokens`` (a tag each), ``span`` (where an answer
    begins and ends), ``score`` (a number) or ``text`` (words are written).
    """

    names: tuple[str, ...]
    problem: Problem

    def index(self) -> dict[str, int]:
        """From a name to its position in the head."""
        return {name: position for position, name in enumerate(self.names)}


@dataclass(frozen=True, slots=True)
class Feature:
    """One row of a batch: the token ids of one window of one example.

    ``example`` is the position of the example it was made from. ``target`` is what the loss wants:
    a class id, a vector of 0 and 1, or a tag id per token id (-100 where there is none).
    ``positions`` are, for token classification, the token ids that carry a prediction, and
    ``words`` the token of the example that each of them predicts. With ``by_token`` each token has
    a loss of its own. ``extra`` is what else the task's ``collate`` or ``decode`` needs.
    """

    input_ids: tuple[int, ...]
    example: int
    target: Any = None
    positions: tuple[int, ...] = ()
    words: tuple[int, ...] = ()
    by_token: bool = False
    extra: Any = None


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """What a task needs to know to build its model on a base.

    ``method`` is the method of the recipe; ``quantization`` is a quantization config of
    transformers, with which the base is loaded.
    """

    labels: LabelSpace
    pooling: Literal["mean", "cls"] = "mean"
    dropout: float = 0.1
    class_weights: tuple[float, ...] | None = None
    label_smoothing: float = 0.0
    quantization: Any = None
    method: str = "full"


@dataclass(frozen=True, slots=True)
class ReportTable:
    """A table of a report: a title, a header and rows ready to print."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str | int | float, ...], ...]


@runtime_checkable
class Task(Protocol):
    """One task, stateless. Predictions are frozen dataclasses with ``as_dict()`` and ``in_words()``.

    ``kinds`` are the kinds of cards that can be its base, ``default_model`` the card that is taken
    when none is named; ``inputs`` is what ``example`` wants of a row. ``tasks/base.py`` has the usual answer to most of what follows.
    """

    name: str
    kinds: tuple[str, ...]
    default_model: str
    inputs: tuple[str, ...]

    def open_processor(self, folder: Path) -> Any:
        """The tokenizer (or image processor) in the folder of a base or of a tuned model."""
        ...

    def save_processor(self, processor: Any, folder: Path) -> None:
        """Write it where ``open_processor`` will find it."""
        ...

    def label_space(self, examples: Sequence[Any], multi_label: bool = False) -> LabelSpace:
        """The head's outputs for these examples."""
        ...

    def example(self, value: Any) -> Any:
        """An unlabelled example of what a user gives to a predictor: a text, or a row of values.

        Raises:
            PredictionError: it is not what the task needs.
        """
        ...

    def check(self, examples: Sequence[Any], labels: LabelSpace) -> None:
        """Raise ``TaskError`` when the examples cannot be judged with these labels."""
        ...

    def encode(
        self,
        examples: Sequence[Any],
        tokenizer: Any,
        labels: LabelSpace,
        max_length: int,
        stride: int,
    ) -> list[Feature]:
        """Token ids (and targets, where the examples are labelled); long texts become windows."""
        ...

    def build(self, base: Path, settings: ModelSettings) -> Any:
        """A ``torch.nn.Module`` with ``encoder`` and ``head``; gives ``{"loss"?, "logits"}``."""
        ...

    def collate(
        self, features: Sequence[Feature], pad_id: int, labels: LabelSpace
    ) -> dict[str, Any]:
        """Tensors padded to the longest row; ``labels`` only when all rows have targets."""
        ...

    def decode(
        self,
        logits: Sequence[np.ndarray],
        features: Sequence[Feature],
        examples: Sequence[Any],
        labels: LabelSpace,
    ) -> list[Any]:
        """One typed prediction an example from the logits of its windows."""
        ...

    def counts(
        self, examples: Sequence[Any], predictions: Sequence[Any], labels: LabelSpace
    ) -> np.ndarray:
        """Matrix (examples, k) whose column sums decide every score: the bootstrap's food."""
        ...

    def scores(self, counts: np.ndarray, labels: LabelSpace) -> dict[str, np.ndarray]:
        """Scores from summed counts of shape (..., k); each score has shape (...).

        The first is the deciding one: the best checkpoint and every comparison go by it.
        """
        ...

    def tables(
        self, examples: Sequence[Any], predictions: Sequence[Any], labels: LabelSpace
    ) -> list[ReportTable]:
        """The detailed tables of the report."""
        ...

    def confusion(
        self, examples: Sequence[Any], predictions: Sequence[Any], labels: LabelSpace
    ) -> tuple[tuple[str, ...], np.ndarray] | None:
        """Names and matrix (true, predicted), or ``None`` where it says nothing."""
        ...

    def errors(
        self, examples: Sequence[Any], predictions: Sequence[Any], limit: int = 10
    ) -> ReportTable:
        """The wrong predictions that the model was surest of."""
        ...

    def baseline_units(self, examples: Sequence[Any]) -> list[list[tuple[str, tuple[str, ...]]]]:
        """For each example its units ``(features as words, true names)`` that simple models learn."""
        ...

    def from_units(
        self,
        examples: Sequence[Any],
        units: Sequence[Sequence[tuple[str, ...]]],
        labels: LabelSpace,
    ) -> list[Any]:
        """Predictions made of the names that a simple model gave each unit."""
        ...

    def simple_answers(
        self, train: Sequence[Any], examples: Sequence[Any], labels: LabelSpace
    ) -> dict[str, list[Any]]:
        """Predictions of the simple ways that are this task's own, by their names."""
        ...


class GenerationOptions(BaseModel):
    """How text is written. At temperature 0 the likeliest token is taken, or the likeliest beam.

    ``num_beams`` above 1 searches that many ways at once; ``length_penalty`` above 0 favours long
    ones. ``max_new_tokens`` is the task's own when it is 0.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_new_tokens: int = Field(default=0, ge=0, le=8192)
    min_new_tokens: int = Field(default=0, ge=0, le=8192)
    num_beams: int = Field(default=1, ge=1, le=32)
    length_penalty: float = Field(default=1.0, ge=-5, le=5)
    no_repeat_ngram_size: int = Field(default=0, ge=0, le=20)
    temperature: float = Field(default=0.0, ge=0, le=5)
    top_p: float = Field(default=1.0, gt=0, le=1)
    seed: int = Field(default=13, ge=0)


@runtime_checkable
class GenerativeTask(Task, Protocol):
    """A task whose model writes text. Its network gives ``nll`` and ``tokens`` a row with labels.

    ``judged_by`` says what its scores need: the texts that the model writes, or how likely the
    true ones are to it.
    """

    judged_by: str

    def has_answer(self, example: Any) -> bool:
        """Whether the true text is known."""
        ...

    def generate(
        self,
        model: Any,
        processor: Any,
        examples: Sequence[Any],
        labels: LabelSpace,
        max_length: int,
        options: GenerationOptions,
    ) -> list[Any]:
        """One typed prediction an example, as the model writes it."""
        ...

    def stream(
        self,
        model: Any,
        processor: Any,
        example: Any,
        labels: LabelSpace,
        max_length: int,
        options: GenerationOptions,
    ) -> Iterator[str]:
        """The pieces of one answer as they are written."""
        ...


Scores = Mapping[str, float]

"""The protocol of a task. A new task is one new file that provides an object of this form.

The layers above ``tasks`` (tuning, evaluation, inference, agent, command line) use a task through this
protocol alone, and none of them names one; so none of them changes when a task is added.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np

from chainzoo.metrics.tables import ReportTable
from chainzoo.modeling.settings import Feature, GenerationOptions, LabelSpace, ModelSettings
from chainzoo.tasks.traits import ExportFormat, TaskKeywords, TrainingDefaults


@runtime_checkable
class Task(Protocol):
    """A task, without state. ``TaskBase`` implements most of it for an encoder with a head.

    Predictions are frozen dataclasses with ``as_dict()`` and ``summary()``.

    Attributes:
        name: the task's name; transformers' own where it has one.
        base_kinds: kinds of cards that can be its base model.
        default_model: id of the card that is the base when none is named.
        input_fields: the values that ``parse_input`` needs of a row.
        prediction_type: the class of the predictions.
        score_ranges: the lowest and highest possible value of each score that does not go from
            0 to 1.
        sample_inputs: inputs that ``parse_input`` accepts, to trace or check a model with.
        export_format: how transformers or sentence-transformers opens a model; ``None`` if not.
        keywords: the words by which a person names the task.
        training_defaults: settings where a recipe leaves them open.
        works_untuned: whether an untuned base model already predicts something of use.
        can_chat: whether a tuned model is a chat model: its inputs are messages with roles.
        reads_images: whether inputs are image files.
        embeds: whether a tuned model turns texts into vectors.
    """

    name: str
    base_kinds: tuple[str, ...]
    default_model: str
    input_fields: tuple[str, ...]
    prediction_type: Any
    score_ranges: Mapping[str, tuple[float, float]]
    sample_inputs: Sequence[Any]
    export_format: ExportFormat | None
    keywords: TaskKeywords
    training_defaults: TrainingDefaults
    works_untuned: bool
    can_chat: bool
    reads_images: bool
    embeds: bool

    @property
    def shares_encoder(self) -> bool:
        """Whether many models of this task can share one encoder in memory.

        They can where ``build_model`` is ``build_network`` around an encoder of texts.
        """
        ...

    def load_processor(self, folder: Path) -> Any:
        """The tokenizer (or image processor) in the folder of a base or of a tuned model."""
        ...

    def save_processor(self, processor: Any, folder: Path) -> None:
        """Write it where ``load_processor`` will find it."""
        ...

    def label_space(self, examples: Sequence[Any], multi_label: bool = False) -> LabelSpace:
        """The head's outputs for these examples."""
        ...

    def parse_input(self, value: Any) -> Any:
        """An unlabelled example of what a user gives to a predictor: a text, or a row of values.

        Raises:
            PredictionError: it is not what the task needs.
        """
        ...

    def validate(self, examples: Sequence[Any], labels: LabelSpace) -> None:
        """Raise ``TaskError`` when the examples cannot be judged with these labels."""
        ...

    def unlabelled(self, examples: Sequence[Any]) -> Sequence[Any]:
        """Examples with the same inputs that are encoded as a user's inputs are."""
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

    def build_model(self, base: Path, settings: ModelSettings) -> Any:
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

    def sufficient_statistics(
        self, examples: Sequence[Any], predictions: Sequence[Any], labels: LabelSpace
    ) -> np.ndarray:
        """Matrix (examples, k) whose column sums decide every score: the bootstrap's food."""
        ...

    def scores(self, counts: np.ndarray, labels: LabelSpace) -> dict[str, np.ndarray]:
        """Scores from summed counts of shape (..., k); each score has shape (...).

        The first is the deciding one: the best checkpoint and every comparison go by it.
        """
        ...

    def correct(self, example: Any, prediction: Any) -> bool | None:
        """Whether a prediction is right; ``None`` where answers are better or worse, not right."""
        ...

    def input_text(self, example: Any) -> str:
        """The input of an example as one text, for a table of a report."""
        ...

    def target_text(self, example: Any) -> str:
        """The true answer of an example as one text, for a table of a report."""
        ...

    def supports_few_shot(self, labels: LabelSpace) -> bool:
        """Whether contrastive tuning on pairs of texts with the same label fits the task."""
        ...

    def report_tables(
        self, examples: Sequence[Any], predictions: Sequence[Any], labels: LabelSpace
    ) -> list[ReportTable]:
        """The detailed tables of the report."""
        ...

    def confusion_matrix(
        self, examples: Sequence[Any], predictions: Sequence[Any], labels: LabelSpace
    ) -> tuple[tuple[str, ...], np.ndarray] | None:
        """Names and matrix (true, predicted), or ``None`` where it says nothing."""
        ...

    def error_table(
        self, examples: Sequence[Any], predictions: Sequence[Any], limit: int = 10
    ) -> ReportTable:
        """The wrong predictions that the model was surest of."""
        ...

    def classification_units(
        self, examples: Sequence[Any]
    ) -> list[list[tuple[str, tuple[str, ...]]]]:
        """For each example its units ``(features as words, true names)`` that simple models learn."""
        ...

    def predictions_from_units(
        self,
        examples: Sequence[Any],
        units: Sequence[Sequence[tuple[str, ...]]],
        labels: LabelSpace,
    ) -> list[Any]:
        """Predictions made of the names that a simple model gave each unit."""
        ...

    def baseline_predictions(
        self, train: Sequence[Any], examples: Sequence[Any], labels: LabelSpace
    ) -> dict[str, list[Any]]:
        """Predictions of the simple ways that are this task's own, by their names."""
        ...


@runtime_checkable
class GenerativeTask(Task, Protocol):
    """A task whose model writes text. Its network gives ``nll`` and ``tokens`` a row with labels.

    ``scored_by`` says what its scores need: the texts that the model writes, or how likely the
    true ones are to it.
    """

    scored_by: str

    def has_target(self, example: Any) -> bool:
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

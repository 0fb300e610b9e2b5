"""The protocol of a task. A new task is one new file that provides an object of this form.

The layers above ``tasks`` (tuning, evaluation, inference, agent, command line) use a task through this
protocol alone, and none of them names one; so none of them changes when a task is added.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Protocol, runtime_checkable

import numpy as np

from chainzoo.metrics.tables import ReportTable
from chainzoo.modeling.features import Feature
from chainzoo.modeling.settings import GenerationOptions, LabelSpace, ModelSettings
from chainzoo.tasks.traits import ExportFormat, TaskKeywords, TrainingDefaults, Unit


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
        """Load the tokenizer (or image processor) of a base or of a tuned model."""
        ...

    def save_processor(self, processor: Any, folder: Path) -> None:
        """Write the tokenizer (or image processor) for ``load_processor``."""
        ...

    def label_space(self, examples: Sequence[Any], multi_label: bool = False) -> LabelSpace:
        """The outputs of a head for these examples."""
        ...

    def parse_input(self, value: Any) -> Any:
        """Build an example without labels from the input of a predictor: a text, or a row of values.

        Raises:
            PredictionError: the value is not what the task reads.
        """
        ...

    def validate(self, examples: Sequence[Any], labels: LabelSpace) -> None:
        """Check that a model with these labels can be evaluated on the examples.

        Raises:
            TaskError: an example does not fit; its line is named.
        """
        ...

    def unlabelled(self, examples: Sequence[Any]) -> Sequence[Any]:
        """Examples with the same texts that are encoded like the inputs of a predictor."""
        ...

    def encode(
        self,
        examples: Sequence[Any],
        tokenizer: Any,
        labels: LabelSpace,
        max_length: int,
        stride: int,
    ) -> list[Feature]:
        """Encode examples to token ids, with targets if they are labelled.

        Long texts become windows of ``max_length`` ids that share ``stride`` ids.
        """
        ...

    def build_model(self, base: Path, settings: ModelSettings) -> Any:
        """Build a ``torch.nn.Module`` with ``encoder`` and ``head`` on the base in a folder.

        It returns ``{"logits": …}``, and also ``"loss"`` for a batch with labels.
        """
        ...

    def collate(
        self, features: Sequence[Feature], pad_id: int, labels: LabelSpace
    ) -> dict[str, Any]:
        """Tensors padded to the longest row; with ``labels`` if all rows have targets."""
        ...

    def decode(
        self,
        logits: Sequence[np.ndarray],
        features: Sequence[Feature],
        examples: Sequence[Any],
        labels: LabelSpace,
    ) -> list[Any]:
        """One prediction for each example from the logits of its windows.

        ``logits`` has an array for each feature, of shape (labels,) or (tokens, labels).
        """
        ...

    def sufficient_statistics(
        self, examples: Sequence[Any], predictions: Sequence[Any], labels: LabelSpace
    ) -> np.ndarray:
        """A matrix (examples, k) of which the column sums determine every score.

        So a bootstrap resamples rows without scoring them again.
        """
        ...

    def scores(self, counts: np.ndarray, labels: LabelSpace) -> dict[str, np.ndarray]:
        """Scores from summed statistics of shape (..., k); each score has shape (...).

        The first score decides: it selects the best checkpoint and ranks models.
        """
        ...

    def correct(self, example: Any, prediction: Any) -> bool | None:
        """Whether a prediction is right; ``None`` where predictions are only better or worse."""
        ...

    def input_text(self, example: Any) -> str:
        """The input of an example as one text, to show in a table."""
        ...

    def target_text(self, example: Any) -> str:
        """The true answer of an example as one text, to show in a table."""
        ...

    def supports_few_shot(self, labels: LabelSpace) -> bool:
        """Whether few-shot tuning on pairs of texts with the same label suits the task."""
        ...

    def report_tables(
        self, examples: Sequence[Any], predictions: Sequence[Any], labels: LabelSpace
    ) -> list[ReportTable]:
        """Detailed tables of the report."""
        ...

    def confusion_matrix(
        self, examples: Sequence[Any], predictions: Sequence[Any], labels: LabelSpace
    ) -> tuple[tuple[str, ...], np.ndarray] | None:
        """The names of the classes and a matrix (true, predicted); ``None`` without classes."""
        ...

    def error_table(
        self, examples: Sequence[Any], predictions: Sequence[Any], limit: int = 10
    ) -> ReportTable:
        """The worst errors, such as the wrong predictions with the highest probability."""
        ...

    def classification_units(self, examples: Sequence[Any]) -> list[list[Unit]]:
        """The units of each example that classical classifiers and linear probes decide on.

        Empty for tasks that are not about assigning labels.
        """
        ...

    def predictions_from_units(
        self,
        examples: Sequence[Any],
        units: Sequence[Sequence[tuple[str, ...]]],
        labels: LabelSpace,
    ) -> list[Any]:
        """Predictions from the labels that a classifier assigned to each unit of each example."""
        ...

    def baseline_predictions(
        self, train: Sequence[Any], examples: Sequence[Any], labels: LabelSpace
    ) -> dict[str, list[Any]]:
        """Predictions of the task's own baselines, by name, fitted on ``train``.

        Without any, classifiers on ``classification_units`` are the baselines.
        """
        ...


@runtime_checkable
class GenerativeTask(Task, Protocol):
    """A task whose model generates text. Its network returns ``nll`` and ``tokens`` of each row.

    Attributes:
        scored_by: what its scores need: ``text``, the generated texts, or ``likelihood``, that of
            the true texts.
    """

    scored_by: Literal["text", "likelihood"]

    def has_target(self, example: Any) -> bool:
        """Whether the true text of an example is known."""
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
        """Generate one prediction for each example."""
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
        """Yield the pieces of one text as they are generated."""
        ...

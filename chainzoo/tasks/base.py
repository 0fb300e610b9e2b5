"""``TaskBase``, which tasks inherit from, and the reading of inputs that tasks share."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from chainzoo.errors import PredictionError, TaskError
from chainzoo.metrics.tables import ReportTable
from chainzoo.modeling.batches import pad
from chainzoo.modeling.features import Feature
from chainzoo.modeling.loading import load_encoder, load_tokenizer
from chainzoo.modeling.settings import LabelSpace, ModelSettings
from chainzoo.tasks.traits import ExportFormat, TaskKeywords, TrainingDefaults, Unit

SAMPLE_TEXTS = (
    "The parcel has not arrived and nobody can say where it is.",
    "Thank you, that was quick!",
    "On Monday Ann Lee flew from Oslo to Paris with two colleagues of the World Bank.",
    "How do I change the address of an order that was sent yesterday?",
    "7",
    "A long one: " + "the same words again and again, " * 20,
)
MAX_NAMED_LABELS = 6
BYTE_LEVEL_MODELS = ("roberta", "gpt2", "bart", "longformer", "deberta")


class TaskBase:
    """A task on texts with an encoder: the parts of ``Task`` that most tasks share.

    A task defines ``name``, ``parse_input``, ``encode``, ``decode``, ``sufficient_statistics``,
    ``scores`` and ``error_table``, and overrides what differs.
    """

    name: str
    base_kinds: tuple[str, ...] = ("encoder", "embedding")
    default_model = "minilm-l6"
    input_fields: tuple[str, ...] = ("text",)
    prediction_type: Any = Any
    score_ranges: Mapping[str, tuple[float, float]] = {}
    sample_inputs: Sequence[Any] = SAMPLE_TEXTS
    export_format: ExportFormat | None = None
    keywords: TaskKeywords
    training_defaults = TrainingDefaults()
    works_untuned = False
    can_chat = False
    reads_images = False
    embeds = False

    def __init_subclass__(cls, **options: Any) -> None:
        """Use the name of a task, with dashes or spaces, as its keyword unless it states others."""
        super().__init_subclass__(**options)
        if "name" in vars(cls) and "keywords" not in vars(cls):
            cls.keywords = TaskKeywords(re.escape(cls.name.lower()).replace(r"\-", "[ -]"))

    @property
    def shares_encoder(self) -> bool:
        """Whether ``build_model`` is that of this class: ``build_network`` around an encoder."""
        return type(self).build_model is TaskBase.build_model

    def load_processor(self, folder: Path) -> Any:
        """Load the fast tokenizer; byte-level ones treat the first word like all others."""
        file = folder / "config.json"
        config = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        is_byte_level = config.get("model_type") in BYTE_LEVEL_MODELS
        return load_tokenizer(folder, **({"add_prefix_space": True} if is_byte_level else {}))

    def save_processor(self, processor: Any, folder: Path) -> None:
        """Write the tokenizer's files."""
        processor.save_pretrained(folder)

    def label_space(self, examples: Sequence[Any], multi_label: bool = False) -> LabelSpace:
        """The labels that occur, sorted."""
        names = tuple(sorted({label for example in examples for label in example.labels}))
        return LabelSpace(names, "multi" if multi_label else "single")

    def validate(self, examples: Sequence[Any], labels: LabelSpace) -> None:
        """Accept all examples."""

    def build_model(self, base: Path, settings: ModelSettings) -> Any:
        """Load the encoder in the folder ``base`` and build the network around it."""
        return self.build_network(load_encoder(base, settings.quantization), settings)

    def build_network(self, encoder: Any, settings: ModelSettings) -> Any:
        """Build the task's network around a loaded encoder: a linear head.

        A task that overrides this, rather than ``build_model``, can share a base with other models.
        """
        from chainzoo.modeling.encoder_models import EncoderWithHead

        return EncoderWithHead(encoder, settings)

    def collate(
        self, features: Sequence[Feature], pad_id: int, labels: LabelSpace
    ) -> dict[str, Any]:
        """Padded ids, and the targets if all rows have one."""
        import torch

        batch = pad([feature.input_ids for feature in features], pad_id)
        if all(feature.target is not None for feature in features):
            batch["labels"] = torch.tensor([feature.target for feature in features])
        return batch

    def unlabelled(self, examples: Sequence[Any]) -> Sequence[Any]:
        """The examples themselves, which are encoded in the same way with and without labels."""
        return examples

    def correct(self, example: Any, prediction: Any) -> bool | None:
        """``None``: predictions are better or worse, not right or wrong."""
        return None

    def input_text(self, example: Any) -> str:
        """The text of the example."""
        return str(example.text)

    def target_text(self, example: Any) -> str:
        """The labels, separated by commas."""
        return ", ".join(example.labels)

    def supports_few_shot(self, labels: LabelSpace) -> bool:
        """``False``."""
        return False

    def confusion_matrix(
        self, examples: Sequence[Any], predictions: Sequence[Any], labels: LabelSpace
    ) -> tuple[tuple[str, ...], np.ndarray] | None:
        """``None``: there are no classes."""
        return None

    def report_tables(
        self, examples: Sequence[Any], predictions: Sequence[Any], labels: LabelSpace
    ) -> list[ReportTable]:
        """None."""
        return []

    def classification_units(self, examples: Sequence[Any]) -> list[list[Unit]]:
        """None: the task is not one of assigning labels."""
        return []

    def predictions_from_units(
        self,
        examples: Sequence[Any],
        units: Sequence[Sequence[tuple[str, ...]]],
        labels: LabelSpace,
    ) -> list[Any]:
        """None."""
        return []

    def baseline_predictions(
        self, train: Sequence[Any], examples: Sequence[Any], labels: LabelSpace
    ) -> dict[str, list[Any]]:
        """None."""
        return {}


def read_fields(value: Any, fields: Sequence[Sequence[str]]) -> list[str]:
    """The values of a row (a mapping, or JSON of one), one for each group of alternative names.

    >>> read_fields({"question": "Who?", "passage": "Ann."}, [["question"], ["context", "passage"]])
    ['Who?', 'Ann.']

    Raises:
        PredictionError: the value is not a row, or a field is missing; all fields are named.
    """
    row = value
    if isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            row = json.loads(value)
        except json.JSONDecodeError:
            row = None
    values = []
    if isinstance(row, Mapping):
        by_name = {str(name).lower(): item for name, item in row.items()}
        values = [next((str(by_name[n]) for n in names if n in by_name), "") for names in fields]
    if not values or not all(values):
        form = ", ".join(f'"{names[0]}": "…"' for names in fields)
        actual = "a text" if isinstance(value, str) else type(value).__name__
        if isinstance(value, Mapping):
            actual = f"a row with {', '.join(map(str, value))}"
        raise PredictionError(f"Expected {{{form}}}, found {actual}.", remedy="Give these values.")
    return values


def read_text(value: Any) -> str:
    """The text of an input: a string, or the field ``text`` of a row.

    Raises:
        PredictionError: the value is neither.
    """
    if isinstance(value, Mapping) and "text" in value:
        value = value["text"]
    if not isinstance(value, str):
        raise PredictionError(
            f"The input is {type(value).__name__}, expected text.", remedy="Give str values."
        )
    return value


def check_labels(
    labels: Iterable[str], known: Sequence[str], where: str, noun: str = "label"
) -> None:
    """Check that labels are those of a model.

    Args:
        labels: the labels of an example.
        known: the labels of the model.
        where: what the error calls the example, such as ``Line 3``.
        noun: what the error calls a label.

    Raises:
        TaskError: a label is not known.
    """
    for label in labels:
        if label not in known:
            more = ", …" if len(known) > MAX_NAMED_LABELS else ""
            raise TaskError(
                f"{where}: {noun} {label!r} is none of the model's {len(known)}"
                f" {noun}s ({', '.join(known[:MAX_NAMED_LABELS])}{more}).",
                remedy=f"Evaluate on data with the {noun}s that the model was tuned on.",
            )

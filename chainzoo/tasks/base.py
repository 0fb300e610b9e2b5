"""The usual answers to most of what a task is asked; a task inherits them and says what differs.

A task that is added from outside does the same: see ``tests/test_new_task.py``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from chainzoo.errors import PredictionError
from chainzoo.metrics.tables import ReportTable
from chainzoo.modeling.loading import load_encoder, load_tokenizer
from chainzoo.modeling.settings import Feature, LabelSpace, ModelSettings
from chainzoo.tasks.traits import ExportFormat, TaskKeywords, TrainingDefaults

SAMPLE_TEXTS = (
    "The parcel has not arrived and nobody can say where it is.",
    "Thank you, that was quick!",
    "On Monday Ann Lee flew from Oslo to Paris with two colleagues of the World Bank.",
    "How do I change the address of an order that was sent yesterday?",
    "7",
    "A long one: " + "the same words again and again, " * 20,
)
BYTE_LEVEL = ("roberta", "gpt2", "bart", "longformer", "deberta")


class TaskBase:
    """A task on texts with an encoder. What has no usual answer is left to the task."""

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
        """Give a named task without keywords its own name as one, with dashes or spaces."""
        super().__init_subclass__(**options)
        if "name" in vars(cls) and "keywords" not in vars(cls):
            cls.keywords = TaskKeywords(re.escape(cls.name.lower()).replace(r"\-", "[ -]"))

    @property
    def shares_encoder(self) -> bool:
        """Whether the network is built around an encoder of texts, as ``build_model`` does here."""
        return type(self).build_model is TaskBase.build_model

    def load_processor(self, folder: Path) -> Any:
        """The fast tokenizer; byte-level ones are told that words begin with a space."""
        config = folder / "config.json"
        known = json.loads(config.read_text(encoding="utf-8")) if config.exists() else {}
        options = {"add_prefix_space": True} if known.get("model_type") in BYTE_LEVEL else {}
        return load_tokenizer(folder, **options)

    def save_processor(self, processor: Any, folder: Path) -> None:
        """Its own files."""
        processor.save_pretrained(folder)

    def label_space(self, examples: Sequence[Any], multi_label: bool = False) -> LabelSpace:
        """The classes that occur, sorted."""
        names = tuple(sorted({label for example in examples for label in example.labels}))
        return LabelSpace(names, "multi" if multi_label else "single")

    def validate(self, examples: Sequence[Any], labels: LabelSpace) -> None:
        """All examples fit."""

    def build_model(self, base: Path, settings: ModelSettings) -> Any:
        """The encoder in a folder, in the task's network."""
        return self.build_network(load_encoder(base, settings.quantization), settings)

    def build_network(self, encoder: Any, settings: ModelSettings) -> Any:
        """What the task puts around an encoder that is there already: a linear head.

        A task that overrides this, not ``build``, is served on a base that many models share.
        """
        from chainzoo.modeling.encoder_models import EncoderWithHead

        return EncoderWithHead(encoder, settings)

    def collate(
        self, features: Sequence[Feature], pad_id: int, labels: LabelSpace
    ) -> dict[str, Any]:
        """Padded ids, and the targets where all rows have one."""
        import torch

        from chainzoo.modeling.batches import pad

        batch = pad([feature.input_ids for feature in features], pad_id)
        if all(feature.target is not None for feature in features):
            batch["labels"] = torch.tensor([feature.target for feature in features])
        return batch

    def unlabelled(self, examples: Sequence[Any]) -> Sequence[Any]:
        """The examples themselves: they are encoded alike with and without labels."""
        return examples

    def correct(self, example: Any, prediction: Any) -> bool | None:
        """``None``: the task has no right and wrong answers."""
        return None

    def input_text(self, example: Any) -> str:
        """The text of the example."""
        return str(example.text)

    def target_text(self, example: Any) -> str:
        """The labels, separated by commas."""
        return ", ".join(example.labels)

    def supports_few_shot(self, labels: LabelSpace) -> bool:
        """``False``: few-shot tuning is for classes of texts."""
        return False

    def confusion_matrix(
        self, examples: Sequence[Any], predictions: Sequence[Any], labels: LabelSpace
    ) -> tuple[tuple[str, ...], np.ndarray] | None:
        """Nothing is confused where there are no classes."""
        return None

    def report_tables(
        self, examples: Sequence[Any], predictions: Sequence[Any], labels: LabelSpace
    ) -> list[ReportTable]:
        """None beside the scores."""
        return []

    def classification_units(
        self, examples: Sequence[Any]
    ) -> list[list[tuple[str, tuple[str, ...]]]]:
        """No unit: there are no names to be learnt."""
        return []

    def predictions_from_units(
        self,
        examples: Sequence[Any],
        units: Sequence[Sequence[tuple[str, ...]]],
        labels: LabelSpace,
    ) -> list[Any]:
        """Nothing, of no unit."""
        return []

    def baseline_predictions(
        self, train: Sequence[Any], examples: Sequence[Any], labels: LabelSpace
    ) -> dict[str, list[Any]]:
        """None of its own."""
        return {}


def read_fields(value: Any, needed: Sequence[Sequence[str]]) -> list[str]:
    """The values of a row (a mapping, or JSON text of one) under the first of each group of names.

    >>> as_row({"question": "Who?", "passage": "Ann."}, [["question"], ["context", "passage"]])
    ['Who?', 'Ann.']

    Raises:
        PredictionError: it is no row, or lacks one; all are named.
    """
    row = value
    if isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            row = json.loads(value)
        except json.JSONDecodeError:
            row = None
    found = []
    if isinstance(row, Mapping):
        lower = {str(name).lower(): item for name, item in row.items()}
        found = [next((str(lower[n]) for n in names if n in lower), "") for names in needed]
    if not found or not all(found):
        form = ", ".join(f'"{names[0]}": "…"' for names in needed)
        given = "a text" if isinstance(value, str) else type(value).__name__
        if isinstance(value, Mapping):
            given = f"a row with {', '.join(map(str, value))}"
        raise PredictionError(f"Expected {{{form}}}, found {given}.", remedy="Give these values.")
    return found


def read_text(value: Any) -> str:
    """The text that a user gives, plain or in a row under ``text``.

    Raises:
        PredictionError: it is something else.
    """
    if isinstance(value, Mapping) and "text" in value:
        value = value["text"]
    if not isinstance(value, str):
        raise PredictionError(
            f"The input is {type(value).__name__}, expected text.", remedy="Give str values."
        )
    return value

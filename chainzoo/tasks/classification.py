"""What the tasks that assign labels to whole examples share: decoding, scores, tables, baselines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from chainzoo.metrics.labels import confusion_counts, f1_scores, per_label_table
from chainzoo.metrics.tables import ReportTable, confident_errors
from chainzoo.modeling.features import Feature
from chainzoo.modeling.settings import LabelSpace
from chainzoo.tasks.base import TaskBase
from chainzoo.tasks.predictions import TextPrediction

MULTI_LABEL_THRESHOLD = 0.5


class Labelled(Protocol):
    """An example with labels."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The true labels."""
        ...


class ClassificationTask(TaskBase):
    """Examples with one label of several, or with any number of labels."""

    prediction_type = TextPrediction

    def decode(
        self,
        logits: Sequence[np.ndarray],
        features: Sequence[Feature],
        examples: Sequence[Any],
        labels: LabelSpace,
    ) -> list[TextPrediction]:
        """Predict with the mean logits of an example's windows."""
        from scipy.special import expit, softmax

        total = np.zeros((len(examples), len(labels.names)))
        count = np.zeros((len(examples), 1))
        owners = [feature.example for feature in features]
        np.add.at(total, owners, np.asarray(logits, dtype=np.float64))
        np.add.at(count, owners, 1)
        mean = total / np.maximum(count, 1)
        rows = expit(mean) if labels.problem == "multi" else softmax(mean, axis=1)
        return [label_prediction(row, labels) for row in rows]

    def sufficient_statistics(
        self,
        examples: Sequence[Labelled],
        predictions: Sequence[TextPrediction],
        labels: LabelSpace,
    ) -> np.ndarray:
        """Columns: correct, predicted and true labels by name, then correct examples, and 1."""
        label_ids, size = labels.index(), len(labels.names)
        counts = np.zeros((len(examples), 3 * size + 2), dtype=np.int64)
        for row, example, prediction in zip(counts, examples, predictions, strict=True):
            true, predicted = set(example.labels), set(prediction.labels)
            for column, names in enumerate((true & predicted, predicted, true)):
                for name in names:
                    row[column * size + label_ids[name]] = 1
            row[-2:] = true == predicted, 1
        return counts

    def scores(self, counts: np.ndarray, labels: LabelSpace) -> dict[str, np.ndarray]:
        """Accuracy and F1; micro F1 decides for multi-label data, accuracy otherwise."""
        scores = f1_scores(counts[..., :-2])
        accuracy = counts[..., -2] / np.maximum(counts[..., -1], 1)
        if labels.problem == "multi":
            return {"micro_f1": scores["micro_f1"], "accuracy": accuracy, **scores}
        averages = {name: v for name, v in scores.items() if not name.startswith("micro")}
        return {"accuracy": accuracy, **averages}

    def correct(self, example: Labelled, prediction: TextPrediction) -> bool:
        """Whether the labels are exactly the true ones."""
        return set(example.labels) == set(prediction.labels)

    def report_tables(
        self,
        examples: Sequence[Labelled],
        predictions: Sequence[TextPrediction],
        labels: LabelSpace,
    ) -> list[ReportTable]:
        """Precision, recall and F1 of each label."""
        counts = self.sufficient_statistics(examples, predictions, labels).sum(axis=0)[:-2]
        return [per_label_table("By label", labels.names, counts)]

    def confusion_matrix(
        self,
        examples: Sequence[Labelled],
        predictions: Sequence[TextPrediction],
        labels: LabelSpace,
    ) -> tuple[tuple[str, ...], np.ndarray] | None:
        """``None`` for multi-label data."""
        if labels.problem == "multi":
            return None
        pairs = (
            (example.labels[0], prediction.labels[0])
            for example, prediction in zip(examples, predictions, strict=True)
        )
        return labels.names, confusion_counts(labels.names, pairs)

    def error_table(
        self,
        examples: Sequence[Labelled],
        predictions: Sequence[TextPrediction],
        limit: int = 10,
    ) -> ReportTable:
        """The wrong predictions with the highest probability."""
        wrong = (
            (p.score, ", ".join(e.labels), ", ".join(p.labels), self.input_text(e))
            for e, p in zip(examples, predictions, strict=True)
            if not self.correct(e, p)
        )
        return confident_errors(wrong, ("true", "predicted", "text"), limit)


def label_prediction(probabilities: np.ndarray, labels: LabelSpace) -> TextPrediction:
    """The likeliest label; for multi-label data, all labels with a probability of 0.5 or more."""
    order = np.argsort(-probabilities, kind="stable")
    scores = {labels.names[position]: float(probabilities[position]) for position in order}
    best = labels.names[order[0]]
    if labels.problem == "single":
        return TextPrediction(best, scores[best], (best,), scores)
    chosen = tuple(name for name, score in scores.items() if score >= MULTI_LABEL_THRESHOLD)
    return TextPrediction(chosen[0] if chosen else None, scores[best], chosen, scores)

"""Text classification: one label of two or of many, or any number of labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from chainzoo.data.columns import PAIRS, join_texts
from chainzoo.data.examples import PAIR_SEPARATOR, TextExample
from chainzoo.errors import TaskError
from chainzoo.metrics.labels import f1_scores, per_label_table
from chainzoo.metrics.tables import ReportTable
from chainzoo.modeling.settings import Feature, LabelSpace
from chainzoo.modeling.windows import special_tokens, windows
from chainzoo.tasks.base import TaskBase, read_text
from chainzoo.tasks.predictions import TextPrediction
from chainzoo.tasks.traits import ENCODES_LOGITS, TRUNCATES, SentenceTransformerExport, TaskKeywords


class TextClassification(TaskBase):
    """Whole texts into labels; long texts are read in windows whose logits are averaged."""

    name = "text-classification"
    export_format = SentenceTransformerExport(notes=(ENCODES_LOGITS, TRUNCATES))
    keywords = TaskKeywords(
        r"text.classif\w*|sentiments?|spam|intents?\b|intent.\w+|topics?\b|topic.\w+|"
        r"classif(?:y|ier|ication|ying)\b|categori[sz]\w*|polarity|toxic\w*|"
        r"hate speech|emotions?|文本分类|情感|垃圾|意图|主题分类|分类|情绪|舆情",
        inputs=r"\b(?:tickets?|reviews?|e-?mails?|feedback|complaints?|tweets?|comments?|posts)\b|"
        r"工单|评论|邮件|投诉|留言|帖子",
        priority=10,
        generic=True,
    )
    prediction_type = TextPrediction

    def parse_input(self, value: Any) -> TextExample:
        if isinstance(value, Mapping) and "text" not in value:
            columns = next((pair for pair in PAIRS if all(name in value for name in pair)), ())
            if columns and (text := join_texts(value, columns)):
                return TextExample(text)
        return TextExample(read_text(value))

    def validate(self, examples: Sequence[TextExample], labels: LabelSpace) -> None:
        known = set(labels.names)
        for example in examples:
            unknown = [label for label in example.labels if label not in known]
            if unknown:
                raise TaskError(
                    f"Line {example.line}: label {unknown[0]!r} is none of the model's {len(known)} labels"
                    f" ({', '.join(labels.names[:6])}{', …' if len(known) > 6 else ''}).",
                    remedy="Judge on data with the labels that the model was tuned on.",
                )
            if labels.problem == "single" and len(example.labels) != 1:
                raise TaskError(
                    f"Line {example.line}: expected one label, found {len(example.labels)}.",
                    remedy="Name the label column with --label-column.",
                )

    def encode(
        self,
        examples: Sequence[TextExample],
        tokenizer: Any,
        labels: LabelSpace,
        max_length: int,
        stride: int,
    ) -> list[Feature]:
        if not examples:
            return []
        before, after = special_tokens(tokenizer)
        room = max_length - len(before) - len(after)
        rows = tokenizer(
            [_encoded(example.text, tokenizer) for example in examples],
            add_special_tokens=False,
            verbose=False,
        )["input_ids"]
        index = labels.index()
        return [
            Feature((*before, *ids[start:end], *after), at, self._target(example, labels, index))
            for at, (example, ids) in enumerate(zip(examples, rows, strict=True))
            for start, end in windows(len(ids), room, min(stride, room // 2))
        ]

    def _target(self, example: TextExample, labels: LabelSpace, index: dict[str, int]) -> Any:
        if labels.problem == "multi":
            chosen = {index[label] for label in example.labels if label in index}
            return tuple(float(at in chosen) for at in range(len(labels.names)))
        return index.get(example.labels[0]) if example.labels else None

    def decode(
        self,
        logits: Sequence[np.ndarray],
        features: Sequence[Feature],
        examples: Sequence[TextExample],
        labels: LabelSpace,
    ) -> list[TextPrediction]:
        total = np.zeros((len(examples), len(labels.names)))
        count = np.zeros((len(examples), 1))
        np.add.at(total, [f.example for f in features], np.asarray(logits, dtype=np.float64))
        np.add.at(count, [f.example for f in features], 1)
        mean = total / np.maximum(count, 1)
        if labels.problem == "multi":
            rows = 1 / (1 + np.exp(-mean))
        else:
            powers = np.exp(mean - mean.max(axis=1, keepdims=True))
            rows = powers / powers.sum(axis=1, keepdims=True)
        return [self._prediction(row, labels) for row in rows]

    def _prediction(self, row: np.ndarray, labels: LabelSpace) -> TextPrediction:
        order = np.argsort(-row, kind="stable")
        scores = {labels.names[at]: float(row[at]) for at in order}
        best = labels.names[order[0]]
        if labels.problem == "single":
            return TextPrediction(best, scores[best], (best,), scores)
        chosen = tuple(name for name, score in scores.items() if score >= 0.5)
        return TextPrediction(chosen[0] if chosen else None, scores[best], chosen, scores)

    def sufficient_statistics(
        self,
        examples: Sequence[TextExample],
        predictions: Sequence[TextPrediction],
        labels: LabelSpace,
    ) -> np.ndarray:
        """Columns: right for each label, then predicted, then true; then all right; then one."""
        index, size = labels.index(), len(labels.names)
        counts = np.zeros((len(examples), 3 * size + 2), dtype=np.int64)
        for row, example, prediction in zip(counts, examples, predictions, strict=True):
            true, found = set(example.labels), set(prediction.labels)
            for column, names in enumerate((true & found, found, true)):
                for name in names:
                    row[column * size + index[name]] = 1
            row[-2:] = true == found, 1
        return counts

    def scores(self, counts: np.ndarray, labels: LabelSpace) -> dict[str, np.ndarray]:
        scores = f1_scores(counts[..., :-2])
        accuracy = counts[..., -2] / np.maximum(counts[..., -1], 1)
        if labels.problem == "multi":
            return {"micro_f1": scores["micro_f1"], "accuracy": accuracy, **scores}
        return {
            "accuracy": accuracy,
            **{k: v for k, v in scores.items() if not k.startswith("micro")},
        }

    def correct(self, example: TextExample, prediction: TextPrediction) -> bool:
        """Whether the labels are exactly the true ones."""
        return set(example.labels) == set(prediction.labels)

    def supports_few_shot(self, labels: LabelSpace) -> bool:
        """``True`` where each text has one label."""
        return labels.problem == "single"

    def report_tables(
        self,
        examples: Sequence[TextExample],
        predictions: Sequence[TextPrediction],
        labels: LabelSpace,
    ) -> list[ReportTable]:
        counts = self.sufficient_statistics(examples, predictions, labels).sum(axis=0)[:-2]
        return [per_label_table("By label", labels.names, counts)]

    def confusion_matrix(
        self,
        examples: Sequence[TextExample],
        predictions: Sequence[TextPrediction],
        labels: LabelSpace,
    ) -> tuple[tuple[str, ...], np.ndarray] | None:
        if labels.problem == "multi":
            return None
        index = labels.index()
        matrix = np.zeros((len(labels.names), len(labels.names)), dtype=np.int64)
        for example, prediction in zip(examples, predictions, strict=True):
            matrix[index[example.labels[0]], index[prediction.labels[0]]] += 1
        return labels.names, matrix

    def error_table(
        self,
        examples: Sequence[TextExample],
        predictions: Sequence[TextPrediction],
        limit: int = 10,
    ) -> ReportTable:
        wrong = [
            (prediction.score, example, prediction)
            for example, prediction in zip(examples, predictions, strict=True)
            if set(example.labels) != set(prediction.labels)
        ]
        wrong.sort(key=lambda item: -item[0])
        rows = tuple(
            (round(score, 3), ", ".join(example.labels), ", ".join(prediction.labels), example.text)
            for score, example, prediction in wrong[:limit]
        )
        return ReportTable("Most confident errors", ("score", "true", "predicted", "text"), rows)

    def classification_units(
        self, examples: Sequence[TextExample]
    ) -> list[list[tuple[str, tuple[str, ...]]]]:
        return [[(example.text, example.labels)] for example in examples]

    def predictions_from_units(
        self,
        examples: Sequence[TextExample],
        units: Sequence[Sequence[tuple[str, ...]]],
        labels: LabelSpace,
    ) -> list[TextPrediction]:
        return [
            TextPrediction(names[0] if names else None, 1.0, names, dict.fromkeys(names, 1.0))
            for (names,) in units
        ]


def _encoded(text: str, tokenizer: Any) -> str:
    """Return the text of a pair with the tokenizer's own separator."""
    separator = getattr(tokenizer, "sep_token", None)
    return text.replace(PAIR_SEPARATOR, separator) if separator else text


TASK = TextClassification()

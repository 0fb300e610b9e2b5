"""Text classification: one label of several, or any number of labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chainzoo.data.columns import PAIRS, join_texts
from chainzoo.data.examples import PAIR_SEPARATOR, TextExample
from chainzoo.errors import TaskError
from chainzoo.modeling.features import Feature
from chainzoo.modeling.settings import LabelSpace
from chainzoo.modeling.windows import special_tokens, windows
from chainzoo.tasks.base import check_labels, read_text
from chainzoo.tasks.classification import ClassificationTask
from chainzoo.tasks.predictions import TextPrediction
from chainzoo.tasks.traits import (
    ENCODES_LOGITS,
    TRUNCATES,
    SentenceTransformerExport,
    TaskKeywords,
    Unit,
)


class TextClassification(ClassificationTask):
    """Assign labels to whole texts. Long texts are read in windows, whose logits are averaged."""

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

    def parse_input(self, value: Any) -> TextExample:
        """A text, plain or in a row under ``text``, or a row with two texts that form a pair."""
        if isinstance(value, Mapping) and "text" not in value:
            columns = next((pair for pair in PAIRS if all(name in value for name in pair)), ())
            if columns and (text := join_texts(value, columns)):
                return TextExample(text)
        return TextExample(read_text(value))

    def validate(self, examples: Sequence[TextExample], labels: LabelSpace) -> None:
        for example in examples:
            check_labels(example.labels, labels.names, f"Line {example.line}")
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
        texts = [_separate(example.text, tokenizer) for example in examples]
        rows = tokenizer(texts, add_special_tokens=False, verbose=False)["input_ids"]
        label_ids = labels.index()
        targets = [_target(example, labels, label_ids) for example in examples]
        return [
            Feature((*before, *ids[start:end], *after), index, targets[index])
            for index, ids in enumerate(rows)
            for start, end in windows(len(ids), room, min(stride, room // 2))
        ]

    def supports_few_shot(self, labels: LabelSpace) -> bool:
        """``True`` where each text has one label."""
        return labels.problem == "single"

    def classification_units(self, examples: Sequence[TextExample]) -> list[list[Unit]]:
        """One unit a text."""
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


def _separate(text: str, tokenizer: Any) -> str:
    """The text of a pair with the tokenizer's own separator."""
    separator = getattr(tokenizer, "sep_token", None)
    return text.replace(PAIR_SEPARATOR, separator) if separator else text


def _target(example: TextExample, labels: LabelSpace, label_ids: dict[str, int]) -> Any:
    if labels.problem == "multi":
        chosen = {label_ids[label] for label in example.labels if label in label_ids}
        return tuple(float(position in chosen) for position in range(len(labels.names)))
    return label_ids.get(example.labels[0]) if example.labels else None


TASK = TextClassification()

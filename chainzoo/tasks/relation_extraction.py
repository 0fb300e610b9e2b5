"""Relation extraction: the relation of two marked arguments of a text, and its direction."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from chainzoo.data.examples import RelationExample
from chainzoo.data.marks import strip_marks
from chainzoo.errors import PredictionError
from chainzoo.metrics.labels import confusion_counts, f1_scores, per_label_table
from chainzoo.metrics.tables import ReportTable, confident_errors
from chainzoo.modeling.entity_markers import MARKERS, mark_arguments, shorten
from chainzoo.modeling.features import Feature
from chainzoo.modeling.settings import LabelSpace, ModelSettings
from chainzoo.modeling.windows import special_tokens
from chainzoo.tasks.base import TaskBase, check_labels, read_text
from chainzoo.tasks.predictions import RelationPrediction
from chainzoo.tasks.traits import TaskKeywords, Unit

DIRECTED = re.compile(r"^(.*)\((e[12]),(e[12])\)$")
NO_RELATION = ("other", "no_relation", "norelation", "none", "na", "n/a", "无关系", "unknown")
PIECES = 5  # Of a text: before, first argument, between, second argument, after.


class RelationExtraction(TaskBase):
    """Classify the relation of two arguments. Long texts are cut around the arguments."""

    name = "relation-extraction"
    sample_inputs = (
        "<e1>Ada Lovelace</e1> wrote the first <e2>program</e2>.",
        "The <e2>engine</e2> was built by a <e1>company</e1> in Leeds.",
    )
    keywords = TaskKeywords(
        r"relation extraction|relations? between|extract(?:ing)? relations|关系抽取|关系提取|"
        r"关系识别",
        priority=90,
    )
    prediction_type = RelationPrediction

    def parse_input(self, value: Any) -> RelationExample:
        """A text with ``<e1>…</e1>`` and ``<e2>…</e2>`` in it, or an example as it is."""
        if isinstance(value, RelationExample):
            return value
        marked_text = strip_marks(read_text(value))
        if marked_text is None:
            raise PredictionError(
                "The text has no two marked arguments.",
                remedy="Mark them as <e1>…</e1> and <e2>…</e2>, or give a model of entities:"
                " zoo.relations(model, entities=…).",
            )
        text, (first, second) = marked_text
        return RelationExample(text, first, second)

    def validate(self, examples: Sequence[RelationExample], labels: LabelSpace) -> None:
        for example in examples:
            check_labels(example.labels, labels.names, f"Line {example.line}", "relation")

    def encode(
        self,
        examples: Sequence[RelationExample],
        tokenizer: Any,
        labels: LabelSpace,
        max_length: int,
        stride: int,
    ) -> list[Feature]:
        before, after = special_tokens(tokenizer)
        room = max_length - len(before) - len(after)
        texts = [piece for example in examples for piece in _pieces(example)]
        if not texts:
            return []
        coded = tokenizer(texts, add_special_tokens=False, verbose=False)["input_ids"]
        markers = [tokenizer(mark, add_special_tokens=False)["input_ids"] for mark in MARKERS]
        label_ids = labels.index()
        features = []
        for index, example in enumerate(examples):
            pieces = coded[PIECES * index : PIECES * (index + 1)]
            joined = mark_arguments(pieces, markers, reversed_=_is_reversed(example))
            marked_ids = shorten(joined, room)
            target = None if example.relation is None else label_ids.get(example.relation)
            row = (*before, *marked_ids.ids, *after)
            features.append(Feature(row, index, target, extra=marked_ids.shifted(len(before))))
        return features

    def build_network(self, encoder: Any, settings: ModelSettings) -> Any:
        from chainzoo.modeling.encoder_models import EntityPairModel

        return EntityPairModel(encoder, settings)

    def collate(
        self, features: Sequence[Feature], pad_id: int, labels: LabelSpace
    ) -> dict[str, Any]:
        """Padded ids, and the masks ``first`` and ``second`` of the arguments' tokens."""
        import torch

        batch = super().collate(features, pad_id, labels)
        for argument, name in enumerate(("first", "second")):
            mask = torch.zeros(batch["input_ids"].shape, dtype=torch.long)
            for row, feature in enumerate(features):
                start, end = feature.extra[argument]
                mask[row, start:end] = 1
            batch[name] = mask
        return batch

    def decode(
        self,
        logits: Sequence[np.ndarray],
        features: Sequence[Feature],
        examples: Sequence[RelationExample],
        labels: LabelSpace,
    ) -> list[RelationPrediction]:
        from scipy.special import softmax

        if not examples:
            return []
        probabilities = softmax(np.asarray(logits, dtype=np.float64), axis=1)
        return [
            _predict(example, row, labels)
            for example, row in zip(examples, probabilities, strict=True)
        ]

    def sufficient_statistics(
        self,
        examples: Sequence[RelationExample],
        predictions: Sequence[RelationPrediction],
        labels: LabelSpace,
    ) -> np.ndarray:
        """Columns: correct, predicted and true relations by name; correct examples; 1.

        The names have no direction, but a relation in the wrong direction is not correct.
        """
        names = _scored_relations(labels)
        positions = {name: position for position, name in enumerate(names)}
        size = len(names)
        counts = np.zeros((len(examples), 3 * size + 2), dtype=np.int64)
        for row, example, prediction in zip(counts, examples, predictions, strict=True):
            true, predicted = example.relation or "", prediction.relation
            is_correct = true == predicted  # The direction too.
            row[-2:] = is_correct, 1
            if undirected(predicted) in positions:
                row[positions[undirected(predicted)]] += is_correct
                row[size + positions[undirected(predicted)]] += 1
            if undirected(true) in positions:
                row[2 * size + positions[undirected(true)]] += 1
        return counts

    def scores(self, counts: np.ndarray, labels: LabelSpace) -> dict[str, np.ndarray]:
        """F1 of relations, and accuracy.

        ``macro_f1`` is the official score of SemEval-2010 Task 8 (Hendrickx et al. 2010): the mean
        F1 of all relations but "Other"; a relation in the wrong direction is wrong.
        """
        scores = f1_scores(counts[..., :-2])
        accuracy = counts[..., -2] / np.maximum(counts[..., -1], 1)
        shown = ("macro_f1", "micro_f1", "micro_precision", "micro_recall")
        return {**{name: scores[name] for name in shown}, "accuracy": accuracy}

    def correct(self, example: RelationExample, prediction: RelationPrediction) -> bool:
        """Whether the relation and its direction are the true ones."""
        return example.relation == prediction.relation

    def input_text(self, example: RelationExample) -> str:
        """The text with its two arguments marked."""
        return marked(example)

    def report_tables(
        self,
        examples: Sequence[RelationExample],
        predictions: Sequence[RelationPrediction],
        labels: LabelSpace,
    ) -> list[ReportTable]:
        """Precision, recall and F1 of each relation."""
        counts = self.sufficient_statistics(examples, predictions, labels).sum(axis=0)[:-2]
        title = "By relation (direction must be right)"
        return [per_label_table(title, _scored_relations(labels), counts)]

    def confusion_matrix(
        self,
        examples: Sequence[RelationExample],
        predictions: Sequence[RelationPrediction],
        labels: LabelSpace,
    ) -> tuple[tuple[str, ...], np.ndarray] | None:
        pairs = (
            (example.relation or "", prediction.relation)
            for example, prediction in zip(examples, predictions, strict=True)
        )
        return labels.names, confusion_counts(labels.names, pairs)

    def error_table(
        self,
        examples: Sequence[RelationExample],
        predictions: Sequence[RelationPrediction],
        limit: int = 10,
    ) -> ReportTable:
        wrong = (
            (p.score, e.relation or "", p.relation, marked(e))
            for e, p in zip(examples, predictions, strict=True)
            if not self.correct(e, p)
        )
        return confident_errors(wrong, ("true", "predicted", "text"), limit)

    def classification_units(self, examples: Sequence[RelationExample]) -> list[list[Unit]]:
        """One unit a text: its words, and those between the arguments once more as features."""
        return [[(_features(example), example.labels)] for example in examples]

    def predictions_from_units(
        self,
        examples: Sequence[RelationExample],
        units: Sequence[Sequence[tuple[str, ...]]],
        labels: LabelSpace,
    ) -> list[RelationPrediction]:
        return [
            _predict(example, np.array([float(n == names[0]) for n in labels.names]), labels)
            for example, (names,) in zip(examples, units, strict=True)
        ]


def undirected(relation: str) -> str:
    """A relation's name without its direction.

    >>> undirected("Cause-Effect(e2,e1)")
    'Cause-Effect'
    """
    match = DIRECTED.match(relation)
    return match.group(1) if match else relation


def marked(example: RelationExample) -> str:
    """The text with its arguments marked, as ``parse_input`` reads it."""
    text = example.text
    arguments = sorted(((*example.first, "e1"), (*example.second, "e2")), reverse=True)
    for start, end, name in arguments:
        text = f"{text[:start]}<{name}>{text[start:end]}</{name}>{text[end:]}"
    return text


def _scored_relations(labels: LabelSpace) -> tuple[str, ...]:
    """The relations without their directions, and without that of no relation."""
    names = dict.fromkeys(undirected(name) for name in labels.names)
    return tuple(name for name in names if name.lower() not in NO_RELATION)


def _pieces(example: RelationExample) -> list[str]:
    """The texts before, of, between, of and after the arguments, in the order of the text."""
    (a, b), (c, d) = sorted((example.first, example.second))
    text = example.text
    return [text[:a], text[a:b], text[b:c], text[c:d], text[d:]]


def _is_reversed(example: RelationExample) -> bool:
    return example.first > example.second


def _predict(
    example: RelationExample, probabilities: np.ndarray, labels: LabelSpace
) -> RelationPrediction:
    order = np.argsort(-probabilities, kind="stable")
    relation = labels.names[order[0]]
    match = DIRECTED.match(relation)
    head, tail = (match.group(2), match.group(3)) if match else ("e1", "e2")
    texts = {
        name: example.text[start:end]
        for name, (start, end) in (("e1", example.first), ("e2", example.second))
    }
    scores = {labels.names[position]: float(probabilities[position]) for position in order}
    return RelationPrediction(relation, scores[relation], texts[head], texts[tail], scores)


def _features(example: RelationExample) -> str:
    before, first, between, second, after = _pieces(example)
    order = "second first" if _is_reversed(example) else "first second"
    inner = " ".join(f"between={word}" for word in between.lower().split())
    return f"{before} {first} {between} {second} {after} {inner} {order}"


TASK = RelationExtraction()

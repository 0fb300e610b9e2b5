"""Relation extraction: which relation holds between two marked arguments of a text, and which way."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from chainzoo.data.examples import RelationExample
from chainzoo.data.marks import strip_marks
from chainzoo.errors import PredictionError, TaskError
from chainzoo.metrics.labels import f1_scores, per_label_table
from chainzoo.metrics.tables import ReportTable
from chainzoo.modeling.settings import Feature, LabelSpace, ModelSettings
from chainzoo.modeling.windows import special_tokens
from chainzoo.tasks.base import TaskBase, read_text
from chainzoo.tasks.predictions import RelationPrediction
from chainzoo.tasks.traits import TaskKeywords

DIRECTION = re.compile(r"^(.*)\((e[12]),(e[12])\)$")
NONE = ("other", "no_relation", "norelation", "none", "na", "n/a", "无关系", "unknown")
# What stands before and after the first and the second argument: in every vocabulary.
MARKS = ("$", "#")


class RelationExtraction(TaskBase):
    """Long texts are cut down around the two arguments."""

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
        found = strip_marks(read_text(value))
        if found is None:
            raise PredictionError(
                "The text has no two marked arguments.",
                remedy="Mark them as <e1>…</e1> and <e2>…</e2>, or give a model of entities:"
                " zoo.relations(model, entities=…).",
            )
        return RelationExample(found[0], *found[1])

    def validate(self, examples: Sequence[RelationExample], labels: LabelSpace) -> None:
        known = set(labels.names)
        for example in examples:
            if example.relation is not None and example.relation not in known:
                raise TaskError(
                    f"Line {example.line}: relation {example.relation!r} is none of the model's"
                    f" {len(known)} ({', '.join(labels.names[:4])}, …).",
                    remedy="Judge on data with the relations that the model was tuned on.",
                )

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
        pieces = [piece for example in examples for piece in _pieces(example)]
        if not pieces:
            return []
        coded = tokenizer(pieces, add_special_tokens=False, verbose=False)["input_ids"]
        marks = [tuple(tokenizer(mark, add_special_tokens=False)["input_ids"]) for mark in MARKS]
        index = labels.index()
        features = []
        for at, example in enumerate(examples):
            ids, spans = _joined(coded[5 * at : 5 * at + 5], marks, example)
            ids, spans = _around(ids, spans, room)
            shifted = tuple((a + len(before), b + len(before)) for a, b in spans)
            target = None if example.relation is None else index.get(example.relation)
            features.append(Feature((*before, *ids, *after), at, target, extra=shifted))
        return features

    def build_network(self, encoder: Any, settings: ModelSettings) -> Any:
        from chainzoo.modeling.encoder_models import EntityPairModel

        return EntityPairModel(encoder, settings)

    def collate(
        self, features: Sequence[Feature], pad_id: int, labels: LabelSpace
    ) -> dict[str, Any]:
        import torch

        batch = super().collate(features, pad_id, labels)
        for which, name in enumerate(("first", "second")):
            mask = torch.zeros(batch["input_ids"].shape, dtype=torch.long)
            for row, feature in enumerate(features):
                start, end = feature.extra[which]
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
        if not examples:
            return []
        rows = np.asarray(logits, dtype=np.float64)
        powers = np.exp(rows - rows.max(axis=1, keepdims=True))
        chances = powers / powers.sum(axis=1, keepdims=True)
        return [_prediction(e, row, labels) for e, row in zip(examples, chances, strict=True)]

    def sufficient_statistics(
        self,
        examples: Sequence[RelationExample],
        predictions: Sequence[RelationPrediction],
        labels: LabelSpace,
    ) -> np.ndarray:
        """Right, predicted, true of each relation without its direction; then right, and 1."""
        names = _undirected(labels)
        index = {name: at for at, name in enumerate(names)}
        k = len(names)
        counts = np.zeros((len(examples), 3 * k + 2), dtype=np.int64)
        for row, example, prediction in zip(counts, examples, predictions, strict=True):
            true, found = example.relation or "", prediction.relation
            right = true == found  # The direction must be right as well.
            row[-2:] = right, 1
            if undirected(found) in index:
                row[index[undirected(found)]] += right
                row[k + index[undirected(found)]] += 1
            if undirected(true) in index:
                row[2 * k + index[undirected(true)]] += 1
        return counts

    def scores(self, counts: np.ndarray, labels: LabelSpace) -> dict[str, np.ndarray]:
        """``macro_f1`` is the official score of SemEval-2010 Task 8 (Hendrickx et al. 2010).

        It is the mean of the relations' F1 without "Other"; a relation with the wrong direction
        counts as wrong.
        """
        scores = f1_scores(counts[..., :-2])
        accuracy = counts[..., -2] / np.maximum(counts[..., -1], 1)
        chosen = ("macro_f1", "micro_f1", "micro_precision", "micro_recall")
        return {**{name: scores[name] for name in chosen}, "accuracy": accuracy}

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
        counts = self.sufficient_statistics(examples, predictions, labels).sum(axis=0)[:-2]
        return [
            per_label_table("By relation (direction must be right)", _undirected(labels), counts)
        ]

    def confusion_matrix(
        self,
        examples: Sequence[RelationExample],
        predictions: Sequence[RelationPrediction],
        labels: LabelSpace,
    ) -> tuple[tuple[str, ...], np.ndarray] | None:
        index = labels.index()
        matrix = np.zeros((len(labels.names), len(labels.names)), dtype=np.int64)
        for example, prediction in zip(examples, predictions, strict=True):
            matrix[index[example.relation or ""], index[prediction.relation]] += 1
        return labels.names, matrix

    def error_table(
        self,
        examples: Sequence[RelationExample],
        predictions: Sequence[RelationPrediction],
        limit: int = 10,
    ) -> ReportTable:
        wrong = [
            (p.score, e.relation or "", p.relation, marked(e))
            for e, p in zip(examples, predictions, strict=True)
            if e.relation != p.relation
        ]
        wrong.sort(key=lambda row: -row[0])
        rows = tuple((round(s, 3), true, found, text) for s, true, found, text in wrong[:limit])
        return ReportTable("Most confident errors", ("score", "true", "predicted", "text"), rows)

    def classification_units(
        self, examples: Sequence[RelationExample]
    ) -> list[list[tuple[str, tuple[str, ...]]]]:
        """The words between the arguments, and the arguments as words of their own."""
        return [[(_described(example), example.labels)] for example in examples]

    def predictions_from_units(
        self,
        examples: Sequence[RelationExample],
        units: Sequence[Sequence[tuple[str, ...]]],
        labels: LabelSpace,
    ) -> list[RelationPrediction]:
        found = []
        for example, (names,) in zip(examples, units, strict=True):
            chances = np.array([float(name == names[0]) for name in labels.names])
            found.append(_prediction(example, chances, labels))
        return found


def undirected(relation: str) -> str:
    """A relation's name without its direction."""
    match = DIRECTION.match(relation)
    return match.group(1) if match else relation


def _undirected(labels: LabelSpace) -> tuple[str, ...]:
    """The relations that count: without directions, and without "there is none"."""
    names = dict.fromkeys(undirected(name) for name in labels.names)
    return tuple(name for name in names if name.lower() not in NONE)


def marked(example: RelationExample) -> str:
    """The text with its marks, as ``example`` of the task reads it."""
    text = example.text
    places = sorted(((*example.first, "e1"), (*example.second, "e2")), reverse=True)
    for start, end, name in places:
        text = f"{text[:start]}<{name}>{text[start:end]}</{name}>{text[end:]}"
    return text


def _pieces(example: RelationExample) -> list[str]:
    """Before, first argument in the text, between, second one, after."""
    (a, b), (c, d) = sorted((example.first, example.second))
    text = example.text
    return [text[:a], text[a:b], text[b:c], text[c:d], text[d:]]


def _joined(
    pieces: Sequence[Sequence[int]], marks: Sequence[tuple[int, ...]], example: RelationExample
) -> tuple[list[int], tuple[tuple[int, int], tuple[int, int]]]:
    """Token ids with marks, and where the arguments are: from their first mark to before the last."""
    turned = example.first > example.second
    ids: list[int] = list(pieces[0])
    spans = []
    for place, (argument, rest) in enumerate(((pieces[1], pieces[2]), (pieces[3], pieces[4]))):
        mark = marks[place if not turned else 1 - place]
        start = len(ids)
        ids += [*mark, *argument]
        spans.append((start, len(ids)))
        ids += [*mark, *rest]
    return ids, (spans[1], spans[0]) if turned else (spans[0], spans[1])


def _around(
    ids: list[int], spans: tuple[tuple[int, int], tuple[int, int]], room: int
) -> tuple[list[int], tuple[tuple[int, int], tuple[int, int]]]:
    """At most ``room`` ids with both arguments in them, or the first part of what lies between."""
    if len(ids) <= room:
        return ids, spans
    start, end = min(spans)[0], max(spans)[1]
    spare = room - (end - start)
    if spare < 0:  # What lies between the two is cut out in its middle.
        (_, first), (second, _) = min(spans), max(spans)
        cut = min(end - start - room + 2, max(second - first - 2, 0))
        middle = (first + second) // 2
        kept = [*ids[: middle - cut // 2], *ids[middle - cut // 2 + cut :]]
        moved = tuple((a - cut, b - cut) if a >= second else (a, b) for a, b in spans)
        if len(kept) < len(ids):
            return _around(kept, (moved[0], moved[1]), max(room, end - start - cut))
        raise TaskError("max_length leaves no room for the arguments.", remedy="Raise max_length.")
    begin = max(0, min(start - spare // 2, len(ids) - room))
    moved = tuple((a - begin, b - begin) for a, b in spans)
    return ids[begin : begin + room], (moved[0], moved[1])


def _prediction(
    example: RelationExample, chances: np.ndarray, labels: LabelSpace
) -> RelationPrediction:
    order = np.argsort(-chances, kind="stable")
    relation = labels.names[order[0]]
    match = DIRECTION.match(relation)
    ranges = {"e1": example.first, "e2": example.second}
    head, tail = (match.group(2), match.group(3)) if match else ("e1", "e2")
    words = {name: example.text[start:end] for name, (start, end) in ranges.items()}
    scores = {labels.names[at]: float(chances[at]) for at in order}
    return RelationPrediction(relation, float(chances[order[0]]), words[head], words[tail], scores)


def _described(example: RelationExample) -> str:
    before, first, between, second, after = _pieces(example)
    turned = "second first" if example.first > example.second else "first second"
    inner = " ".join(f"between={word}" for word in between.lower().split())
    return f"{before} {first} {between} {second} {after} {inner} {turned}"


TASK = RelationExtraction()

"""Prodigy's JSON Lines: rows with an ``answer``, with a label, choices, spans or relations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chainzoo.data.annotations.annotation_format import (
    UNKNOWN_SPANS,
    AnnotatedRecords,
    AnnotatedRelation,
    AnnotatedText,
    AnnotationFormat,
)
from chainzoo.data.losses import RowLosses
from chainzoo.data.offsets import resolve_spans
from chainzoo.data.options import ReadOptions
from chainzoo.data.records import Record
from chainzoo.data.span_annotations import AnnotatedSpan, parse_spans

ANSWERS = ("accept", "reject", "ignore")
HASHES = ("_input_hash", "_task_hash")
NOT_SPANS = ("html", "image", "audio")


@dataclass(frozen=True, slots=True)
class _Opposites:
    """The label that a rejected label stands for, where there are only two."""

    labels: Mapping[str, str]
    reason: str


class ProdigyFormat(AnnotationFormat):
    """Rows that were accepted, rejected or ignored."""

    title = "Prodigy"
    priority = 20

    def matches(self, values: Mapping[str, Any]) -> bool:
        """A text with one of Prodigy's answers or with its hashes."""
        has_answer = values.get("answer") in ANSWERS
        fields = ("label", "spans", "options", "accept", "relations", *HASHES)
        return isinstance(values.get("text"), str) and (
            (has_answer and any(name in values for name in fields))
            or all(name in values for name in HASHES)
        )

    def parse(
        self,
        records: Iterable[Record],
        sample: Sequence[Record],
        options: ReadOptions,
        losses: RowLosses,
    ) -> AnnotatedRecords:
        """Yield the accepted rows.

        A rejected label is read as the other one where there are only two. Where there is one,
        the rejected rows get the label ``not …``. Rows without an answer count as accepted where
        no row has one.
        """
        have_answers = any("answer" in record.values for record in sample)
        opposites = _opposites(sample)
        for record in records:
            answer = record.values.get("answer", None if have_answers else "accept")
            label = record.values.get("label")
            if answer == "accept":
                annotated = _annotated(record.values, losses)
                if annotated is not None:
                    yield record, annotated
            elif (
                answer == "reject" and _is_binary(record.values) and str(label) in opposites.labels
            ):
                losses.add(opposites.reason)
                yield record, AnnotatedText(record.values["text"], (opposites.labels[str(label)],))
            else:
                found = repr(answer) if answer else "no answer"
                losses.add(f"rows have the answer {found}; they are left out.")


FORMAT = ProdigyFormat()


def _is_binary(values: Mapping[str, Any]) -> bool:
    """Return whether the answer is about one label of the whole text."""
    has_label = isinstance(values.get("label"), str) and bool(values["label"])
    return has_label and not values.get("spans") and "options" not in values


def _opposites(sample: Sequence[Record]) -> _Opposites:
    rows = [r.values for r in sample if _is_binary(r.values) and r.values.get("answer") != "ignore"]
    labels = sorted({values["label"] for values in rows})
    if len(labels) == 2:
        first, second = labels
        reason = f"rows have the answer 'reject'; they are read as the other label of {first!r} and {second!r}."
        return _Opposites({first: second, second: first}, reason)
    if len(labels) == 1:
        opposite = f"not {labels[0]}"
        reason = f"rows have the answer 'reject'; they are read as the label {opposite!r}."
        return _Opposites({labels[0]: opposite}, reason)
    return _Opposites({}, "")


def _annotated(values: Mapping[str, Any], losses: RowLosses) -> AnnotatedText | None:
    text = values["text"]
    spans = None
    if "spans" in values:
        parsed = _spans(values)
        if parsed is None:
            losses.add(UNKNOWN_SPANS)
            return None
        spans = resolve_spans(text, parsed, losses)
    relations = None
    if isinstance(values.get("relations"), list):
        relations = tuple(_relations(values["relations"], losses))
    return AnnotatedText(text, _labels(values), spans, relations)


def _labels(values: Mapping[str, Any]) -> tuple[str, ...] | None:
    if "options" in values or isinstance(values.get("accept"), list):
        accepted = values.get("accept") or []
        return tuple(str(name) for name in accepted)
    return (values["label"],) if _is_binary(values) else None


def _spans(values: Mapping[str, Any]) -> list[AnnotatedSpan] | None:
    """Parse the spans; one with tokens alone gets the characters of these tokens."""
    spans = values.get("spans") or []
    tokens = values.get("tokens")
    if not isinstance(spans, list):
        return None
    complete = []
    for span in spans:
        if isinstance(span, Mapping) and "start" not in span and isinstance(tokens, list):
            try:
                first, last = tokens[span["token_start"]], tokens[span["token_end"]]
                span = {**span, "start": first["start"], "end": last["end"]}
            except (KeyError, IndexError, TypeError):
                return None
        complete.append(span)
    return parse_spans(complete)


def _relations(relations: Sequence[Any], losses: RowLosses) -> Iterator[AnnotatedRelation]:
    for relation in relations:
        try:
            head, child = relation["head_span"], relation["child_span"]
            first = int(head["start"]), int(head["end"])
            second = int(child["start"]), int(child["end"])
            yield AnnotatedRelation(first, second, str(relation["label"]))
        except (KeyError, TypeError, ValueError):
            losses.add("relations lack a label or a span; they are left out.")

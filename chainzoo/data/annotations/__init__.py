"""Annotation formats: one module a tool, from the rows that it exports to plain rows.

Whatever the tool, the plain rows of a kind of annotations have the same columns:

    labels      ``text`` and ``label``, a list of labels
    spans       ``text`` and ``spans``, a list of ``Span`` with offsets in characters
    relations   ``text``, ``head``, ``tail`` (both ``{"start": …, "end": …}``) and ``relation``

Another package adds a format with an entry point of the group ``chainzoo.annotations`` that loads
an :class:`AnnotationFormat` object.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from chainzoo.data.annotations.annotation_format import (
    AnnotatedRecords,
    AnnotatedText,
    AnnotationFormat,
)
from chainzoo.data.converters import converter_of_annotations
from chainzoo.data.losses import RowLosses
from chainzoo.data.options import InferredOption, ReadOptions
from chainzoo.data.records import AnnotationKind, Record, Records
from chainzoo.errors import DataError
from chainzoo.extension_points import ExtensionPoint, built_in_modules

KINDS: tuple[AnnotationKind, ...] = ("labels", "spans", "relations")
COLUMNS: dict[AnnotationKind, tuple[str, ...]] = {
    "labels": ("text", "label"),
    "spans": ("text", "spans"),
    "relations": ("text", "head", "tail", "relation"),
}

_formats: ExtensionPoint[AnnotationFormat] = ExtensionPoint(
    "chainzoo.annotations",
    built_in_modules(__path__, __name__, "FORMAT", exclude=("annotation_format", "annotators")),
)


def find_annotation_format(sample: Sequence[Record]) -> AnnotationFormat | None:
    """Return the first format, in order of priority, that most rows have; ``None`` for others.

    Raises:
        PluginError: a format of another package cannot be imported.
    """
    for each in sorted(_formats.load_all().values(), key=lambda each: each.priority):
        if sum(each.matches(record.values) for record in sample) > len(sample) / 2:
            return each
    return None


def resolve_annotations(
    records: Records, sample: Sequence[Record], options: ReadOptions, kind: AnnotationKind | None
) -> Records | None:
    """Return the plain rows of an annotation tool's rows, or ``None`` for rows of no known tool.

    Args:
        records: all records, those of ``sample`` included.
        sample: the first records.
        options: how to read them; ``text_column`` and ``label_column`` name the tool's own fields.
        kind: the kind of annotations to read; ``None`` for the one that most rows have.

    Raises:
        DataError: there are no annotations, or none of that kind.
        PluginError: a format of another package cannot be imported.
    """
    tool = find_annotation_format(sample)
    if tool is None:
        return None
    first_losses = RowLosses()
    parsed = [text for _, text in tool.parse(iter(sample), sample, options, first_losses)]
    counts = {each: sum(bool(getattr(text, each)) for text in parsed) for each in KINDS}
    kind = _kind(tool, parsed, counts, kind, first_losses)
    losses = records.losses
    for other in KINDS:
        if other != kind and counts[other]:
            task = converter_of_annotations(other).task
            losses.add(f"rows also have {other}, which are not read; --task {task} reads them.",
                       counts[other])  # fmt: skip
    is_multi_label = any(text.labels is not None and len(text.labels) != 1 for text in parsed)
    rows = tool.parse(records.rows, sample, options, losses)
    return replace(
        records,
        rows=_plain_rows(rows, kind, losses),
        columns=COLUMNS[kind],
        inferred=(
            *records.inferred,
            InferredOption("annotation tool", tool.title, "the fields of its rows"),
        ),
        annotation=kind,
        multi_label=is_multi_label if kind == "labels" else None,
    )


def _kind(
    tool: AnnotationFormat,
    parsed: Sequence[AnnotatedText],
    counts: dict[AnnotationKind, int],
    kind: AnnotationKind | None,
    losses: RowLosses,
) -> AnnotationKind:
    """Return the kind to read: the one that is asked for, or the one that most rows have."""
    answered = [each for each in KINDS if any(getattr(text, each) is not None for text in parsed)]
    if kind is None:
        best = max(KINDS, key=lambda each: (counts[each], each in answered))
        if best in answered:
            return best
    elif kind in answered:
        return kind
    found = ", ".join(f"{each} in {counts[each]} rows" for each in KINDS if counts[each])
    reasons = " ".join(losses.messages())
    raise DataError(
        f"this is an export of {tool.title} without {kind or 'annotations'}"
        f" (found: {found or 'none'}).{' ' + reasons if reasons else ''}",
        remedy="Export annotated rows, or name another task with --task.",
    )


def _plain_rows(
    rows: AnnotatedRecords, kind: AnnotationKind, losses: RowLosses
) -> Iterator[Record]:
    for record, annotated in rows:
        for values in _values(annotated, kind):
            split = record.values.get("split")
            extra = {"split": split} if isinstance(split, str) else {}
            yield replace(record, values={**values, **extra})
        if kind != "labels" and getattr(annotated, kind) is None:
            losses.add(f"rows have no {kind}; they are left out.")


def _values(annotated: AnnotatedText, kind: AnnotationKind) -> Iterator[dict[str, Any]]:
    if kind == "labels":
        # The converter counts rows without a label.
        yield {"text": annotated.text, "label": list(annotated.labels or ())}
    elif kind == "spans" and annotated.spans is not None:
        yield {"text": annotated.text, "spans": list(annotated.spans)}
    elif kind == "relations":
        for relation in annotated.relations or ():
            head, tail = ({"start": s, "end": e} for s, e in (relation.first, relation.second))
            yield {"text": annotated.text, "head": head, "tail": tail, "relation": relation.label}


__all__ = [
    "AnnotationFormat",
    "find_annotation_format",
    "resolve_annotations",
]

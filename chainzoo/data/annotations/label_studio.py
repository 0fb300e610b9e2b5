"""Label Studio's JSON: tasks with their data and a list of annotations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html.parser import HTMLParser
from typing import Any

from chainzoo.data.annotations.annotation_format import (
    AnnotatedRecords,
    AnnotatedRelation,
    AnnotatedText,
    AnnotationFormat,
)
from chainzoo.data.annotations.annotators import choose_annotation
from chainzoo.data.cells import as_label
from chainzoo.data.examples import Span
from chainzoo.data.losses import RowLosses
from chainzoo.data.offsets import resolve_spans
from chainzoo.data.options import ReadOptions
from chainzoo.data.records import Record
from chainzoo.data.span_annotations import AnnotatedSpan
from chainzoo.errors import DataError

ANNOTATION_FIELDS = ("annotations", "completions")
SPAN_TYPES = ("labels", "hypertextlabels")
CHOICE_TYPES = ("choices", "taxonomy", "rating")
RELATION_TYPE = "relation"
KNOWN_TYPES = (*SPAN_TYPES, *CHOICE_TYPES, RELATION_TYPE)
TEXT_KEYS = ("text", "sentence", "content", "body", "html")

Regions = list[tuple[str, AnnotatedSpan]]
"""The identifier of each region with its span."""


class LabelStudioFormat(AnnotationFormat):
    """Tasks as ``{"data": {…}, "annotations": [{"result": […]}]}``."""

    title = "Label Studio"
    priority = 10

    def matches(self, values: Mapping[str, Any]) -> bool:
        """A task with data and annotations that hold results."""
        return isinstance(values.get("data"), Mapping) and _annotations(values) is not None

    def parse(
        self,
        records: Iterable[Record],
        sample: Sequence[Record],
        options: ReadOptions,
        losses: RowLosses,
    ) -> AnnotatedRecords:
        """Yield the annotated tasks; offsets are UTF-16 code units.

        ``options.text_column`` names the key of the text among the data, ``options.label_column``
        the control (``from_name``).
        """
        key = _text_key(sample, options)
        ignored = _ignored_controls(sample, options, losses)
        for record in records:
            annotations = _annotations(record.values) or []
            submitted = [each for each in annotations if _is_submitted(each, losses)]
            if not annotations:
                losses.add("rows have no annotation; they are left out.")
            if not submitted:
                continue
            data = record.values.get("data")
            content = data.get(key) if isinstance(data, Mapping) else None
            text = content if isinstance(content, str) else ""
            answers = [_answer(each["result"], text, ignored, losses) for each in submitted]
            marked = [bool(each.get("ground_truth")) for each in submitted]
            yield record, choose_annotation(answers, marked, losses)


FORMAT = LabelStudioFormat()


def _annotations(values: Mapping[str, Any]) -> list[Mapping[str, Any]] | None:
    for field in ANNOTATION_FIELDS:
        items = values.get(field)
        if isinstance(items, list) and all(
            isinstance(item, Mapping) and isinstance(item.get("result"), list) for item in items
        ):
            return items
    return None


def _results(annotation: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    return (result for result in annotation["result"] if isinstance(result, Mapping))


def _is_submitted(annotation: Mapping[str, Any], losses: RowLosses) -> bool:
    reviews = annotation.get("reviews")
    last = reviews[-1] if isinstance(reviews, list) and reviews else None
    is_rejected = isinstance(last, Mapping) and last.get("accepted") is False
    if annotation.get("was_cancelled") or annotation.get("skipped"):
        losses.add("annotations were cancelled or skipped; they are left out.")
        return False
    if is_rejected or annotation.get("last_action") == "rejected":
        losses.add("annotations were rejected by a reviewer; they are left out.")
        return False
    return True


def _text_key(sample: Sequence[Record], options: ReadOptions) -> str:
    """Return the key of the text among the data: the named one, or the most likely one."""
    keys: Counter[str] = Counter()
    lengths: Counter[str] = Counter()
    for record in sample:
        for key, value in record.values.get("data", {}).items():
            keys[key] += isinstance(value, str)
            lengths[key] += len(value) if isinstance(value, str) else 0
    if options.text_column:
        if options.text_column in keys:
            return options.text_column
        raise DataError(
            f"the tasks have no data {options.text_column!r}; they have {', '.join(keys)}.",
            remedy="Name one of these with --text-column.",
        )
    targets = [
        name
        for record in sample
        for annotation in _annotations(record.values) or ()
        for result in _results(annotation)
        if isinstance(name := result.get("to_name"), str)
    ]
    for name in (*dict.fromkeys(targets), *TEXT_KEYS):
        if keys[name] > len(sample) / 2:
            return name
    return max(lengths, key=lambda key: lengths[key], default="")


def _ignored_controls(
    sample: Sequence[Record], options: ReadOptions, losses: RowLosses
) -> frozenset[str]:
    """Return the controls not to read: all but the named one, or of several choices the rarer."""
    names: dict[str, Counter[str]] = {"choices": Counter(), "spans": Counter()}
    types: Counter[str] = Counter()
    for record in sample:
        for annotation in _annotations(record.values) or ():
            for result in _results(annotation):
                kind, name = _type_of(result), str(result.get("from_name", ""))
                types[kind] += 1
                if kind in CHOICE_TYPES and not _is_per_region(result):
                    names["choices"][name] += 1
                elif kind in SPAN_TYPES:
                    names["spans"][name] += 1
    if options.label_column:
        known = {**names["choices"], **names["spans"]}
        if options.label_column in known:
            return frozenset(known) - {options.label_column}
        raise DataError(
            f"there is no control {options.label_column!r}; there are {', '.join(known)}.",
            remedy="Name one of these with --label-column.",
        )
    if types and not any(kind in KNOWN_TYPES for kind in types):
        raise DataError(
            f"the results of Label Studio are of the types {', '.join(sorted(types))}.",
            remedy=f"Annotate texts with one of {', '.join(KNOWN_TYPES)}.",
        )
    choices = names["choices"].most_common()
    for name, count in choices[1:]:
        losses.add(
            f"answers of the control {name!r} are not read, only those of {choices[0][0]!r};"
            " name the control with --label-column.",
            count,
        )
    return frozenset(name for name, _ in choices[1:])


def _type_of(result: Mapping[str, Any]) -> str:
    value = result.get("value")
    fields = value if isinstance(value, Mapping) else {}
    return str(result.get("type") or next((t for t in KNOWN_TYPES if t in fields), ""))


def _is_per_region(result: Mapping[str, Any]) -> bool:
    """Return whether choices describe a region of the text rather than all of it."""
    value = result.get("value")
    return isinstance(value, Mapping) and "start" in value


def _answer(
    results: Sequence[Any], text: str, ignored: frozenset[str], losses: RowLosses
) -> AnnotatedText:
    labels: list[str] | None = None
    regions: Regions = []
    links: list[Mapping[str, Any]] = []
    is_html = False
    for result in results:
        kind = _type_of(result) if isinstance(result, Mapping) else ""
        if kind == RELATION_TYPE:
            links.append(result)
            continue
        value = result.get("value") if isinstance(result, Mapping) else None
        if not isinstance(value, Mapping) or result.get("from_name") in ignored:
            continue
        if kind in SPAN_TYPES:
            is_html = is_html or "globalOffsets" in value
            if span := span_of(value, losses):
                regions.append((str(result.get("id", "")), span))
        elif kind in CHOICE_TYPES and not _is_per_region(result):
            labels = [*(labels or []), *choices_of(value.get(kind))]
        elif kind not in KNOWN_TYPES:
            losses.add(f"results of the type {kind!r} are not read.")
    text = text_of_html(text) if is_html else text
    by_id: dict[str, Span] = {}
    spans: list[Span] = []
    for name, span in regions:
        for found in resolve_spans(text, [span], losses, utf16=True):
            spans.append(found)
            by_id.setdefault(name, found)
    relations = tuple(_relations(links, by_id, losses)) if links else None
    chosen = tuple(dict.fromkeys(labels)) if labels is not None else None
    return AnnotatedText(text, chosen, tuple(spans), relations)


def span_of(value: Mapping[str, Any], losses: RowLosses) -> AnnotatedSpan | None:
    """Return the span of a region, or ``None`` for a region without a label or without offsets."""
    offsets = value.get("globalOffsets")
    where = offsets if isinstance(offsets, Mapping) else value
    labels = next((value[name] for name in SPAN_TYPES if value.get(name)), None)
    if not isinstance(labels, list):
        losses.add("regions have no label; they are left out.")
        return None
    if len(labels) > 1:
        losses.add("regions have several labels; the first one is read.")
    text = value.get("text")
    try:
        start, end = int(where["start"]), int(where["end"])
    except (KeyError, TypeError, ValueError):
        losses.add("regions have no offsets in the text; they are left out.")
        return None
    return AnnotatedSpan(start, end, str(labels[0]), text if isinstance(text, str) else None)


def choices_of(value: Any) -> list[str]:
    """Return the labels of a choice, a rating, or a taxonomy, whose levels are joined by ``/``."""
    if isinstance(value, list):
        return ["/".join(map(str, v)) if isinstance(v, list) else as_label(v) for v in value]
    return [] if value is None else [as_label(value)]


def _relations(
    links: Sequence[Mapping[str, Any]], spans: Mapping[str, Span], losses: RowLosses
) -> Iterator[AnnotatedRelation]:
    for link in links:
        names = [str(link.get("from_id")), str(link.get("to_id"))]
        if link.get("direction") == "left":
            names.reverse()
        first, second = (spans.get(name) for name in names)
        labels = link.get("labels") or ()
        if first is None or second is None or not labels:
            losses.add("relations lack a label or a region; they are left out.")
            continue
        ends = (first.start, first.end), (second.start, second.end)
        yield AnnotatedRelation(*ends, str(labels[0]))


class _TextContent(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)


def text_of_html(html: str) -> str:
    """Return the text of HTML, without tags, as offsets of hypertext count it."""
    if "<" not in html and "&" not in html:
        return html
    parser = _TextContent()
    parser.feed(html)
    parser.close()
    return "".join(parser.pieces)

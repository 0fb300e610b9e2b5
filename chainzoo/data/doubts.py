"""Doubts about inferred columns: what was taken, what else it could be, and how to say so."""

from __future__ import annotations

from collections.abc import Sequence

from chainzoo.data.cells import as_label, as_text
from chainzoo.data.columns import LABEL_NAMES, TEXT_NAMES
from chainzoo.data.options import ReadOptions
from chainzoo.data.records import Record
from chainzoo.data.value_kinds import KINDS, is_id_name, kind_of, unused_texts

MAX_CLASSES = 20  # Different numbers in a column; more of them are quantities.


def text_doubts(
    sample: Sequence[Record],
    columns: Sequence[str],
    texts: Sequence[str],
    labels: Sequence[str],
    options: ReadOptions,
) -> list[str]:
    """Return the doubts about the text column, if it was inferred."""
    if options.text_column:
        return []
    doubts = []
    unused = unused_texts(sample, columns, [*texts, *labels])
    if unused and texts[0].lower() not in TEXT_NAMES[:6]:
        doubts.append(
            f"The text is {', '.join(texts)}; {', '.join(unused)} is not used (name one with"
            f" --text-column, or two with --text-column {texts[0]},{unused[0]})."
        )
    if all(kind_of(sample, text) == "word" for text in texts):
        doubts.append(
            f"The texts in {', '.join(texts)} are single words (name another with --text-column)."
        )
    return doubts


def label_doubts(
    sample: Sequence[Record],
    columns: Sequence[str],
    texts: Sequence[str],
    label: str,
    options: ReadOptions,
) -> list[str]:
    """Return the doubts about the label column, if it was inferred."""
    if options.label_column:
        return []
    values = [as_label(record.values.get(label)) for record in sample]
    if kind_of(sample, label) == "number" and len(set(values)) > MAX_CLASSES:
        return [f"The label {label} holds {len(set(values))} different numbers, hardly classes."]
    if label.lower() in LABEL_NAMES or label.startswith("column "):
        return []
    others = [n for n in columns if n not in texts and n != label and _is_candidate(sample, n)]
    if not others:
        return []
    named = ", ".join(others[:6])
    return [f"The label is {label}; it could also be {named} (name it with --label-column)."]


def _is_candidate(sample: Sequence[Record], column: str) -> bool:
    """Return whether a column that was not taken could hold labels."""
    values = [text for r in sample if (text := as_text(r.values.get(column)))]
    distinct = len(set(values))
    is_label = 1 < distinct <= max(2, 0.2 * len(values))
    return is_label and not is_id_name(column) and kind_of(sample, column) not in KINDS

"""Inspection of a data set: what is in it, and what is wrong with it, before training."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from chainzoo.data.duplicates import group_duplicates, normalize_text
from chainzoo.data.example_views import identity_of, label_noun_of, preview_of, target_of
from chainzoo.data.language import detect_language
from chainzoo.data.options import ReadOptions
from chainzoo.data.read import read_table
from chainzoo.data.splitting import predefined_split
from chainzoo.data.table import Table
from chainzoo.data.tokens import word_spans

MIN_ROWS_PER_LABEL = 10  # With fewer examples hardly anything is learned of a label.
MIN_ROWS = 50  # With fewer rows no score can be trusted.
SAMPLE_ROWS = 5


@dataclass(frozen=True, slots=True)
class Inspection:
    """Facts about a table. ``lengths`` are quantiles of the tokens (or words) per text."""

    name: str
    task: str
    rows: int
    columns: dict[str, str]
    labels: dict[str, int]
    lengths: dict[str, int]
    unit: str
    duplicates: int
    near_duplicates: int
    contradictions: int
    leaked: int | None
    leaked_nearly: int | None
    language: str
    inferred: tuple[dict[str, str], ...]
    warnings: tuple[str, ...]
    sample: tuple[dict[str, Any], ...]
    verdict: str
    doubts: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the fields as plain values."""
        return asdict(self)


def inspect_data(
    data: Any, options: ReadOptions | None = None, *, against: Any = None
) -> Inspection:
    """Read and inspect data. Leakage is looked for into ``against``, which is read likewise.

    Raises:
        DataError: the data cannot be read.
    """
    other = read_table(against, options) if against is not None else None
    return inspect_table(read_table(data, options), other=other)


def inspect_table(table: Table, tokenizer: Any = None, other: Table | None = None) -> Inspection:
    """Inspect a table.

    Leakage is looked for into ``other``, or between the splits that the file names. Lengths are
    counted with ``tokenizer``, or in words without one.
    """
    texts = [example.text for example in table.examples]
    labels = Counter(label for example in table.examples for label in example.labels)
    rows = [" ".join(identity_of(example)) for example in table.examples]
    same = len(rows) - len({normalize_text(row) for row in rows})
    nearly = len(rows) - len(set(group_duplicates(rows).tolist())) - same
    leaked, leaked_nearly = _leakage(table, other)
    inspection = Inspection(
        name=table.name,
        task=table.task,
        rows=len(table),
        columns=table.columns,
        labels=dict(labels.most_common()),
        lengths=_lengths(texts, tokenizer),
        unit="tokens" if tokenizer is not None else "words",
        duplicates=same,
        near_duplicates=nearly,
        contradictions=_contradictions(table),
        leaked=leaked,
        leaked_nearly=leaked_nearly,
        language=detect_language(texts).code,
        inferred=tuple(asdict(option) for option in table.inferred),
        warnings=table.warnings,
        sample=tuple(_preview(example) for example in _spread(table.examples)),
        verdict="",
        doubts=table.doubts,
    )
    return replace(inspection, verdict=_verdict(inspection, label_noun_of(table.examples[0])))


def _lengths(texts: Sequence[str], tokenizer: Any) -> dict[str, int]:
    if tokenizer is not None:
        counts = [len(ids) for ids in tokenizer(list(texts), verbose=False)["input_ids"]]
    else:
        counts = [len(word_spans(text)) for text in texts]
    shares = {"shortest": 0, "median": 50, "95 %": 95, "longest": 100}
    return {name: int(np.percentile(counts, share)) for name, share in shares.items()}


def _contradictions(table: Table) -> int:
    """Count the rows that occur more than once, with different targets."""
    targets: dict[str, set[tuple[Any, ...]]] = defaultdict(set)
    for example in table.examples:
        targets[normalize_text(" ".join(identity_of(example)))].add(target_of(example))
    return sum(len(found) > 1 for found in targets.values())


def _leakage(table: Table, other: Table | None) -> tuple[int | None, int | None]:
    """Count the evaluation rows that are also training rows: the same, and nearly the same."""
    if other is not None:
        train, dev = table.examples, other.examples
    elif (parts := predefined_split(table)) is not None:
        train, dev = parts.train, parts.dev
    else:
        return None, None
    train_texts, dev_texts = [e.text for e in train], [e.text for e in dev]
    groups = group_duplicates([*train_texts, *dev_texts])
    train_groups = set(groups[: len(train_texts)].tolist())
    alike = sum(int(group) in train_groups for group in groups[len(train_texts) :])
    known = {normalize_text(text) for text in train_texts}
    same = sum(normalize_text(text) in known for text in dev_texts)
    return same, alike - same


def _spread(examples: Sequence[Any]) -> list[Any]:
    """Choose a few rows from all over the table, because files are often sorted by label."""
    step = max(1, len(examples) // SAMPLE_ROWS)
    return list(examples[::step])[:SAMPLE_ROWS]


def _preview(example: Any) -> dict[str, Any]:
    text, target = preview_of(example)
    return {"line": example.line, "text": text, "labels": target}


def _verdict(inspection: Inspection, label_noun: str) -> str:
    """Summarise the facts in a few sentences, the last of which says whether to train on it."""
    labels = inspection.labels
    with_labels = f" with {len(labels)} {label_noun}" if label_noun else ""
    sentences = [f"{inspection.rows:,} rows{with_labels}."]
    rare = [label for label, count in labels.items() if count < MIN_ROWS_PER_LABEL]
    counts = list(labels.values())
    if rare:
        named = ", ".join(rare[:4]) + (", …" if len(rare) > 4 else "")
        sentences.append(
            f"{len(rare)} of them have fewer than {MIN_ROWS_PER_LABEL} examples ({named})."
        )
    elif counts and max(counts) > 10 * max(min(counts), 1):
        sentences.append("They are far from balanced; class_weights = 'balanced' may help.")
    if inspection.contradictions:
        sentences.append(f"{inspection.contradictions} texts occur with different labels.")
    if inspection.duplicates or inspection.near_duplicates:
        sentences.append(
            f"{inspection.duplicates} repeat another and {inspection.near_duplicates} nearly do;"
            " a split keeps them together."
        )
    leaked = (inspection.leaked or 0) + (inspection.leaked_nearly or 0)
    if leaked:
        sentences.append(f"{leaked} evaluation rows are also among the training rows.")
    too_little = inspection.rows < MIN_ROWS or (label_noun and not labels)
    sentences += inspection.doubts
    if too_little:
        sentences.append("Too little to tune on with confidence.")
    elif inspection.doubts:
        sentences.append("Not sure: check the columns above before you tune.")
    else:
        sentences.append("Ready to tune on.")
    return " ".join(sentences)

"""Read a source as one typed table of examples, held-out rows included.

Nothing that trains or compares models may import this module; it reads with
``data/holdout.py``, which leaves held-out rows out.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from chainzoo.data.annotations import resolve_annotations
from chainzoo.data.converters import (
    Converter,
    converter_of_annotations,
    get_converter,
    infer_converter,
)
from chainzoo.data.examples import ImageExample
from chainzoo.data.literals import parse_literal_cells
from chainzoo.data.options import InferredOption, ReadOptions
from chainzoo.data.records import Record, Records, columns_of
from chainzoo.data.rows import open_records
from chainzoo.data.split_names import is_split_name
from chainzoo.data.table import Table
from chainzoo.errors import DataError
from chainzoo.hashing import file_sha256, texts_sha256

SAMPLE_ROWS = 2000


def read_table(source: Any, options: ReadOptions | None = None) -> Table:
    """Read a file, an object in memory, or a data set of the hub (``hub:name``) as a table.

    What ``options`` leave open is inferred; ``Table.inferred`` lists it.

    Raises:
        DataError: the source cannot be read as the options say; file, line and remedy are named.
    """
    options = options or ReadOptions()
    name = Path(source).name if isinstance(source, str | Path) else type(source).__name__
    try:
        records = open_records(source, options)
        sample = list(itertools.islice(records.rows, SAMPLE_ROWS))
        if not sample:
            raise DataError("there are no rows in it.", remedy="Give a file with rows.")
        records = parse_literal_cells(records, sample)
        sample = list(itertools.islice(records.rows, len(sample)))
        return _table(name, source, records, sample, options)
    except DataError as error:
        if error.file is None and isinstance(source, str | Path):
            error.file = str(source)
        raise


def _table(
    name: str, source: Any, records: Records, sample: list[Record], options: ReadOptions
) -> Table:
    named = get_converter(options.task) if options.task else None
    records = replace(records, rows=itertools.chain(sample, records.rows))
    if named is None or named.annotation:
        kind = named.annotation if named else None
        annotated = resolve_annotations(records, sample, options, kind)
        if annotated is not None:
            records = annotated
            sample = list(itertools.islice(records.rows, SAMPLE_ROWS))
            records = replace(records, rows=itertools.chain(sample, records.rows))
            # These named fields of the tool; the rows now have columns of their own.
            label = "label" if records.annotation == "labels" else None
            options = options.model_copy(update={"text_column": "text", "label_column": label})
    columns = columns_of(records, sample)
    converter = named or _infer_converter(records, sample, columns)
    inferred = list(records.inferred)
    if named is None:
        reason = "the columns and the values of the first rows"
        inferred.insert(0, InferredOption("task", converter.task, reason, "task"))
    column = _split_column(sample, columns)
    if column:
        inferred.append(InferredOption("split column", column, "its values are names of splits"))
        sample = [_with_split(record, column) for record in sample]
        records = replace(records, rows=(_with_split(record, column) for record in records.rows))
    records = replace(records, columns=columns)
    converted = converter.convert(records, sample, options)
    examples = tuple(itertools.islice(_of_split(converted.examples, options.split), options.limit))
    if not examples:
        raise DataError(
            "no row has both a text and a label."
            if options.split is None
            else f"it has no split {options.split!r}.",
            remedy="Check the columns with `chainzoo inspect`.",
        )
    return Table(
        name,
        options.task or converter.task,
        examples,
        labels=tuple(sorted({label for example in examples for label in example.labels})),
        inferred=(*inferred, *converted.inferred),
        warnings=(*records.losses.messages(), *converted.warnings),
        doubts=tuple(converted.doubts),
        sha256=_sha256(source, examples),
        multi_label=converted.multi_label,
        columns=converted.columns,
        min_labels=converted.min_labels,
        max_label_ratio=converted.max_label_ratio,
    )


def _infer_converter(
    records: Records, sample: Sequence[Record], columns: Sequence[str]
) -> Converter:
    if records.annotation is not None:
        return converter_of_annotations(records.annotation)
    return infer_converter(sample, columns)


def _of_split(examples: Iterator[Any], split: str | None) -> Iterator[Any]:
    return (e for e in examples if split in (None, getattr(e, "split", None)))


def _split_column(sample: Sequence[Record], columns: Sequence[str]) -> str | None:
    """Return the column ``split`` if every row of the sample has the name of a split in it."""
    column = next((name for name in columns if name.strip().lower() == "split"), None)
    if column is None:
        return None
    is_named = all(is_split_name(str(record.values.get(column, ""))) for record in sample)
    return column if is_named else None


def _with_split(record: Record, column: str) -> Record:
    return replace(record, split=record.split or str(record.values.get(column, "")))


def _sha256(source: Any, examples: Sequence[Any]) -> str:
    if isinstance(source, str | Path) and Path(source).expanduser().is_file():
        return file_sha256(Path(source).expanduser())
    return texts_sha256(_content(example) for example in examples)


def _content(example: Any) -> str:
    # The content of an image matters, not its path.
    is_image = isinstance(example, ImageExample)
    values = [example.text, *example.labels] if is_image else asdict(example)
    return json.dumps(values, sort_keys=True, default=str)

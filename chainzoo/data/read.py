"""Whatever a person has, as one typed table of examples."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from chainzoo.data.converters import get_converter, registered_converters
from chainzoo.data.examples import ImageExample, InferredOption, Span, Table
from chainzoo.data.options import ReadOptions
from chainzoo.data.readers import read_file
from chainzoo.data.records import Record, Records
from chainzoo.data.split_names import is_split_name
from chainzoo.errors import DataError

SAMPLE_ROWS = 2000
# The more telling form first.
TASKS_BY_FORM = (
    "image-classification",
    "token-classification",
    "relation-extraction",
    "question-answering",
    "dialogue",
    "text-ranking",
    "summarization",
    "translation",
    "text-classification",
)


def read(source: Any, options: ReadOptions | None = None) -> Table:
    """The examples in a file, an object in memory, or a data set of the hub (``hub:name``).

    What is not told in ``options`` is guessed, and the guesses are in the table.

    Raises:
        DataError: the source cannot be read as meant; file, line and remedy are told.
    """
    options = options or ReadOptions()
    name = Path(source).name if isinstance(source, str | Path) else type(source).__name__
    try:
        records = open_records(source, options)
        sample = list(itertools.islice(records.rows, SAMPLE_ROWS))
        if not sample:
            raise DataError("there are no rows in it.", remedy="Give a file with rows.")
        return _table(name, source, records, sample, options)
    except DataError as error:
        if error.file is None and isinstance(source, str | Path):
            error.file = str(source)
        raise


def open_records(source: Any, options: ReadOptions) -> Records:
    """The raw records of a source, streamed, by the reader of its format."""
    if isinstance(source, str) and source.startswith("hub:"):
        from chainzoo.data.readers.hub import read_hub

        return read_hub(source, options)
    if not isinstance(source, str | Path):
        from chainzoo.data.readers.objects import read_object

        return read_object(source)[1]
    return read_file(Path(source).expanduser(), options)


def read_rows(source: Any, options: ReadOptions | None = None) -> Iterator[Mapping[str, Any]]:
    """The rows of a file (CSV, JSON Lines, Excel, …) with their named values, as they stand there.

    Raises:
        DataError: the source cannot be read as meant.
    """
    for record in open_records(source, options or ReadOptions()).rows:
        yield record.values


def _table(
    name: str, source: Any, records: Records, sample: list[Record], options: ReadOptions
) -> Table:
    columns = records.columns or tuple(dict.fromkeys(n for row in sample for n in row.values))
    records = replace(records, columns=columns)
    task = options.task or _task_of(sample, columns)
    guesses = list(records.guesses)
    if not options.task:
        guesses.insert(0, InferredOption("task", task, "the form of the rows", "--task"))
    rows: Iterator[Record] = itertools.chain(sample, records.rows)
    by = _split_column(sample, columns)
    if by:
        guesses.append(InferredOption("parts", by, "its values are names of parts", "split"))
        sample = [_in_its_part(record, by) for record in sample]
        rows = itertools.chain(sample, (_in_its_part(record, by) for record in records.rows))
    converted = get_converter(task).examples(rows, sample, records, options)
    kept = (e for e in converted.examples if options.split in (None, getattr(e, "split", None)))
    examples = tuple(itertools.islice(kept, options.limit))
    if not examples:
        raise DataError(
            "no row has both a text and a label."
            if options.split is None
            else f"it has no part {options.split!r}.",
            remedy="Check the columns with `chainzoo inspect`.",
        )
    labels = tuple(sorted({label for example in examples for label in labels_of(example)}))
    return Table(
        name,
        task,
        examples,
        labels,
        (*guesses, *converted.guesses),
        tuple(converted.warnings),
        _sha256(source, examples),
        converted.multi_label,
        converted.columns,
        converted.fewest_labels,
    )


def _split_column(sample: list[Record], columns: tuple[str, ...]) -> str | None:
    """A column ``split`` that says train, test and the like in every row."""
    named = [name for name in columns if name.strip().lower() == "split"]
    told = bool(named) and all(is_split_name(str(r.values.get(named[0], ""))) for r in sample)
    return named[0] if told else None


def _in_its_part(record: Record, column: str) -> Record:
    return replace(record, split=record.split or str(record.values.get(column, "")))


def _task_of(sample: list[Record], columns: tuple[str, ...]) -> str:
    for task in (*registered_converters(), *TASKS_BY_FORM):
        if get_converter(task).matches(sample, columns):
            return task
    raise DataError(
        f"expected at least a text and a label column, found {', '.join(columns) or 'none'}.",
        remedy="Name the columns with --text-column and --label-column.",
    )


def labels_of(example: Any) -> tuple[str, ...]:
    """The labels in an example, of whatever shape."""
    spans: tuple[Span, ...] | None = getattr(example, "spans", None)
    if spans is not None:
        return tuple(span.label for span in spans)
    found: tuple[str, ...] = example.labels
    return found


def _sha256(source: Any, examples: tuple[Any, ...]) -> str:
    if isinstance(source, str | Path) and Path(source).expanduser().is_file():
        with Path(source).expanduser().open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    digest = hashlib.sha256()
    for example in examples:
        # Of a picture the content counts, not where it lies.
        picture = isinstance(example, ImageExample)
        values = [example.text, *example.labels] if picture else asdict(example)
        digest.update(json.dumps(values, sort_keys=True, default=str).encode())
    return digest.hexdigest()


def check_trainable(table: Table) -> None:
    """Refuse what nothing can be learnt from.

    Raises:
        DataError: there are too few labels for the task, or fewer than ten rows, or nearly every
            row has a label of its own.
    """
    needed = table.fewest_labels
    rows, labels = len(table), len(table.labels)
    problem = remedy = ""
    if labels < needed:
        found = f"only the label {table.labels[0]!r}" if labels else "no label at all"
        problem, remedy = f"there is {found}.", "Give rows with at least two labels, or entities."
    elif rows < 10:
        problem, remedy = (
            f"there are only {rows} rows.",
            "Give at least ten; some hundreds are better.",
        )
    elif table.task == "text-classification" and labels > 0.5 * rows:
        problem = f"{labels} different labels on {rows} rows: this is hardly a label column."
        remedy = "Name the right one with --label-column."
    if problem:
        raise DataError(problem, file=table.name, remedy=remedy)


def part(table: Table, split: str) -> Table:
    """Only the examples that the file itself puts into ``split``."""
    return replace(table, examples=tuple(e for e in table.examples if e.split == split))

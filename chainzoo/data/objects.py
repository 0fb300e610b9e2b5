"""Objects in memory as records: pandas, pyarrow, datasets, or a list of dictionaries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from chainzoo.data.class_names import from_arrow_metadata, from_features, replace_numbers
from chainzoo.data.records import Record, Records
from chainzoo.errors import DataError

BATCH_ROWS = 2000


def read_object(source: Any) -> Records:
    """Return the records of an object.

    Raises:
        DataError: it is of a type that has no rows.
    """
    package = type(source).__module__.split(".")[0]
    kind = type(source).__name__
    if package == "pandas" and kind == "DataFrame":
        return _from_dataframe(source)
    if package == "pyarrow" and kind in ("Table", "RecordBatch"):
        return _from_arrow(source)
    if package == "datasets":
        return from_datasets(dict(source) if isinstance(source, Mapping) else {None: source})
    if isinstance(source, list | tuple):
        return Records(_from_list(source))
    raise DataError(
        "expected a path, a pandas, pyarrow or datasets object or a list of dictionaries,"
        f" found {package}.{kind}.",
        remedy='Give the path of a file, or rows such as [{"text": "…", "label": "…"}].',
    )


def from_datasets(splits: Mapping[Any, Any]) -> Records:
    """Return the rows of the splits of a datasets object, with class names for their numbers."""

    def rows() -> Iterator[Record]:
        number = 0
        for split, dataset in splits.items():
            classes = from_features(getattr(dataset, "features", None) or {})
            for values in dataset:
                number += 1
                name = str(split) if split else None
                yield Record(number, replace_numbers(values, classes), name)

    first = next(iter(splits.values()), None)
    return Records(rows(), tuple(getattr(first, "column_names", None) or ()))


def _from_dataframe(frame: Any) -> Records:
    columns = tuple(str(name) for name in frame.columns)
    rows = (
        dict(zip(columns, row, strict=True)) for row in frame.itertuples(index=False, name=None)
    )
    return Records(_numbered(rows), columns)


def _from_arrow(table: Any) -> Records:
    classes = from_arrow_metadata(table.schema.metadata)
    batches = table.to_batches(BATCH_ROWS) if hasattr(table, "to_batches") else [table]
    rows = (replace_numbers(values, classes) for batch in batches for values in batch.to_pylist())
    return Records(_numbered(rows), tuple(table.schema.names))


def _numbered(rows: Iterable[dict[str, Any]]) -> Iterator[Record]:
    return (Record(number, values) for number, values in enumerate(rows, 1))


def _from_list(rows: Iterable[Any]) -> Iterator[Record]:
    for number, row in enumerate(rows, 1):
        if isinstance(row, Mapping):
            yield Record(number, {str(name): value for name, value in row.items()})
        elif isinstance(row, list | tuple) and row:
            yield Record(number, {f"column {at}": value for at, value in enumerate(row, 1)})
        else:
            raise DataError(
                f"row {number}: expected a dictionary, found {type(row).__name__}.",
                remedy='Write each row as {"text": "…", "label": "…"}.',
            )

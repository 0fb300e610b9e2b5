"""Objects that a program already has: pandas, pyarrow, datasets, or a list of dictionaries."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from chainzoo.data.readers.class_names import from_arrow_metadata, from_features, named
from chainzoo.data.records import Record, Records
from chainzoo.errors import DataError


def read_object(source: Any) -> tuple[str, Records]:
    """A name for the object, and its records. Raises ``DataError`` for any other object."""
    module = type(source).__module__.split(".")[0]
    kind = type(source).__name__
    if module == "pandas" and kind == "DataFrame":
        columns = tuple(str(name) for name in source.columns)
        rows = (
            dict(zip(columns, row, strict=True))
            for row in source.itertuples(index=False, name=None)
        )
        return "a pandas DataFrame", Records(_numbered(rows), columns)
    if module == "pyarrow" and kind in ("Table", "RecordBatch"):
        return f"a pyarrow {kind}", _arrow(source)
    if module == "datasets" and isinstance(source, Mapping):
        return "a DatasetDict", dataset_records(dict(source))
    if module == "datasets":
        return "a Dataset", dataset_records({None: source})
    if isinstance(source, list | tuple):
        return f"a {kind} of rows", Records(_dictionaries(source))
    raise DataError(
        f"expected a path, a pandas, pyarrow or datasets object or a list of dictionaries,"
        f" found {module}.{kind}.",
        remedy='Give the path of a file, or rows such as [{"text": "…", "label": "…"}].',
    )


def dataset_records(parts: Mapping[Any, Any]) -> Records:
    """The rows of the splits of a datasets object, with class names for their numbers."""

    def rows() -> Iterator[Record]:
        number = 0
        for split, part in parts.items():
            classes = from_features(getattr(part, "features", None) or {})
            for values in part:
                number += 1
                yield Record(number, named(dict(values), classes), str(split) if split else None)

    first = next(iter(parts.values()), None)
    return Records(rows(), tuple(getattr(first, "column_names", None) or ()))


def _arrow(table: Any) -> Records:
    classes = from_arrow_metadata(table.schema.metadata)
    batches = table.to_batches(2000) if hasattr(table, "to_batches") else [table]
    rows = (named(values, classes) for batch in batches for values in batch.to_pylist())
    return Records(_numbered(rows), tuple(table.schema.names))


def _numbered(rows: Iterable[dict[str, Any]]) -> Iterator[Record]:
    return (Record(number, values) for number, values in enumerate(rows, 1))


def _dictionaries(rows: Iterable[Any]) -> Iterator[Record]:
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


def sha256_of(records: Iterable[Record]) -> str:
    """A hash of the values of records, the same for the same values in the same order."""
    digest = hashlib.sha256()
    for record in records:
        row = [record.split, dict(record.values)]
        digest.update(json.dumps(row, ensure_ascii=True, default=str, sort_keys=True).encode())
        digest.update(b"\n")
    return digest.hexdigest()

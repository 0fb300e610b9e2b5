"""Parquet files, in batches of rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chainzoo.data.options import ReadOptions
from chainzoo.data.readers import FileHead
from chainzoo.data.readers.class_names import from_arrow_metadata, named
from chainzoo.data.records import Record, Records
from chainzoo.errors import DataError


def claims(head: FileHead, options: ReadOptions) -> str | None:
    """A file with Parquet's mark, or named so."""
    if head.start.startswith(b"PAR1"):
        return "it begins with PAR1"
    return "its name ends in .parquet" if head.suffix == ".parquet" else None


def read(head: FileHead, options: ReadOptions) -> Records:
    """The rows; numbers that stand for class names (Hugging Face's features) become the names."""
    import pyarrow.parquet

    try:
        file = pyarrow.parquet.ParquetFile(head.path)
    except Exception as error:
        raise _damaged(head, error) from None
    schema = file.schema_arrow
    return Records(_records(head, file, from_arrow_metadata(schema.metadata)), tuple(schema.names))


def _records(head: FileHead, file: Any, classes: dict[str, list[str]]) -> Iterator[Record]:
    number = 0
    batches = file.iter_batches(batch_size=2000)
    try:
        while True:
            try:
                batch = next(batches).to_pylist()
            except StopIteration:
                return
            except Exception as error:
                raise _damaged(head, error, number + 1) from None
            for values in batch:
                number += 1
                yield Record(number, named(values, classes))
    finally:
        file.close()


def _damaged(head: FileHead, error: Exception, row: int | None = None) -> DataError:
    reason = str(error).splitlines()[0].rstrip(".")[:200] if str(error) else type(error).__name__
    return DataError(
        f"expected a whole Parquet file, found a damaged one ({reason}).",
        file=head.path,
        line=row,
        remedy="Fetch or export it again.",
    )

"""Parquet files, in batches of rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chainzoo.data.class_names import from_arrow_metadata, replace_numbers
from chainzoo.data.foreign_errors import first_line
from chainzoo.data.options import ReadOptions
from chainzoo.data.readers.reader import FileHead, Reader
from chainzoo.data.records import Record, Records
from chainzoo.errors import DataError

BATCH_ROWS = 2000


class ParquetReader(Reader):
    """Parquet files; numbers that stand for class names become the names."""

    name = "parquet"
    priority = 10

    def recognize(self, head: FileHead, options: ReadOptions) -> str | None:
        """A file with Parquet's first bytes or suffix."""
        if head.start.startswith(b"PAR1"):
            return "it begins with PAR1"
        return "its name ends in .parquet" if head.suffix == ".parquet" else None

    def read(self, head: FileHead, options: ReadOptions) -> Records:
        """Return the rows, with the names of classes from the metadata of Hugging Face datasets.

        Raises:
            DataError: the file is damaged.
        """
        import pyarrow.parquet

        try:
            file = pyarrow.parquet.ParquetFile(head.path)
        except Exception as error:
            raise _damaged(head, error) from None
        schema = file.schema_arrow
        classes = from_arrow_metadata(schema.metadata)
        return Records(_records(head, file, classes), tuple(schema.names))


READER = ParquetReader()


def _records(head: FileHead, file: Any, classes: dict[str, list[str]]) -> Iterator[Record]:
    number = 0
    batches = file.iter_batches(batch_size=BATCH_ROWS)
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
                yield Record(number, replace_numbers(values, classes))
    finally:
        file.close()


def _damaged(head: FileHead, error: Exception, row: int | None = None) -> DataError:
    return DataError(
        f"expected a whole Parquet file, found a damaged one ({first_line(error)}).",
        file=head.path,
        line=row,
        remedy="Fetch or export it again.",
    )

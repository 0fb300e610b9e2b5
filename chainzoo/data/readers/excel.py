"""Excel workbooks: the first sheet that has rows."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from chainzoo.data.cells import as_text
from chainzoo.data.dialect import detect_header, header_names
from chainzoo.data.foreign_errors import first_line
from chainzoo.data.options import InferredOption, ReadOptions
from chainzoo.data.readers.reader import FileHead, Reader
from chainzoo.data.records import Record, Records
from chainzoo.errors import DataError

SUFFIXES = (".xlsx", ".xlsm")
SAMPLE_ROWS = 100

NumberedRow = tuple[int, list[Any]]


class ExcelReader(Reader):
    """Excel workbooks in the format of 2007 and later."""

    name = "excel"
    priority = 20

    def recognize(self, head: FileHead, options: ReadOptions) -> str | None:
        """A file with the suffix of a workbook."""
        return f"its name ends in {head.suffix}" if head.suffix in SUFFIXES else None

    def read(self, head: FileHead, options: ReadOptions) -> Records:
        """Return the rows of the first sheet that has any; ``line`` is the row's number in it.

        Raises:
            DataError: the file is damaged, or no sheet has rows.
        """
        import openpyxl

        try:
            book = openpyxl.load_workbook(head.path, read_only=True, data_only=True)
            sheets = book.worksheets
        except Exception as error:
            raise _damaged(head, error) from None
        for sheet in sheets:
            sample = list(islice(_rows(head, sheet), SAMPLE_ROWS))
            if sample:
                return _read_sheet(head, options, sheet, sample)
        raise DataError(
            "there are no rows in any sheet.", file=head.path, remedy="Check the export."
        )


READER = ExcelReader()


def _read_sheet(
    head: FileHead, options: ReadOptions, sheet: Any, sample: list[NumberedRow]
) -> Records:
    texts = [[as_text(cell) for cell in cells] for _, cells in sample]
    inferred = [InferredOption("sheet", str(sheet.title), "it is the first with rows")]
    header = options.header
    if header is None:
        header, reason = detect_header(texts, (options.text_column, options.label_column))
        inferred.append(InferredOption("header", "yes" if header else "no", reason, "header"))
    width = max(len(row) for row in texts)
    first = texts[0] if header else []
    names = header_names([*first, *[""] * (width - len(first))])

    def records() -> Iterator[Record]:
        for at, (number, cells) in enumerate(_rows(head, sheet)):
            if at or not header:
                padded = [*cells, *[None] * (width - len(cells))]
                yield Record(number, dict(zip(names, padded, strict=False)))

    return Records(records(), names, tuple(inferred))


def _rows(head: FileHead, sheet: Any) -> Iterator[NumberedRow]:
    """Yield ``(row number, cells)`` of the rows with something in them."""
    rows = sheet.iter_rows(values_only=True)
    number = 0
    while True:
        number += 1
        try:
            cells = list(next(rows))
        except StopIteration:
            return
        except Exception as error:
            raise _damaged(head, error, number) from None
        if any(cell is not None and str(cell).strip() for cell in cells):
            yield number, cells


def _damaged(head: FileHead, error: Exception, row: int | None = None) -> DataError:
    return DataError(
        f"expected an Excel workbook (.xlsx), found a damaged or other file ({first_line(error)}).",
        file=head.path,
        line=row,
        remedy="Save it again as .xlsx or CSV.",
    )

"""Excel workbooks: the first sheet that has rows.

Lines of a title above the table are left out. The value of merged cells counts for each of them, so
that a label that is merged over several rows is the label of all of these rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from chainzoo.data.cells import as_text
from chainzoo.data.dialect import HEADER_NAMES, detect_header, header_names
from chainzoo.data.foreign_errors import first_line
from chainzoo.data.options import InferredOption, ReadOptions
from chainzoo.data.readers.merged_cells import MergedCells, read_merged_cells
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
            merged = read_merged_cells(head.path, sheet)
            sample = list(islice(_rows(head, sheet, merged), SAMPLE_ROWS))
            if sample:
                return _read_sheet(head, options, sheet, merged, sample)
        raise DataError(
            "there are no rows in any sheet.", file=head.path, remedy="Check the export."
        )


READER = ExcelReader()


def _read_sheet(
    head: FileHead,
    options: ReadOptions,
    sheet: Any,
    merged: MergedCells,
    sample: list[NumberedRow],
) -> Records:
    inferred = [InferredOption("sheet", str(sheet.title), "it is the first with rows")]
    title = _title_rows(sample)
    if title:
        reason = "they hold a title or the heads of groups of columns"
        inferred.append(InferredOption("rows above the table", f"{title} left out", reason))
    sample = sample[title:]
    texts = [[as_text(cell) for cell in cells] for _, cells in sample]
    header = options.header
    if header is None:
        header, reason = detect_header(texts, (options.text_column, options.label_column))
        inferred.append(InferredOption("header", "yes" if header else "no", reason, "header"))
    width = max(len(row) for row in texts)
    first = texts[0] if header else []
    names = header_names([*first, *[""] * (width - len(first))])

    def records() -> Iterator[Record]:
        for at, (number, cells) in enumerate(islice(_rows(head, sheet, merged), title, None)):
            if at or not header:
                padded = [*cells, *[None] * (width - len(cells))]
                yield Record(number, dict(zip(names, padded, strict=False)))

    return Records(records(), names, tuple(inferred))


def _title_rows(sample: list[NumberedRow]) -> int:
    """Return the number of rows above the names of the columns.

    These are rows with one value where the table has several columns, and a row of heads of groups
    (merged, so that values repeat) above a row with usual names.
    """
    rows = [[as_text(cell) for cell in cells] for _, cells in sample]
    widths = [len({cell for cell in row if cell}) for row in rows]
    if sorted(widths)[len(widths) // 2] < 2:
        return 0
    title = next((at for at, width in enumerate(widths) if width > 1), 0)
    if title + 1 < len(rows):
        first, second = rows[title], rows[title + 1]
        repeats = len({cell for cell in first if cell}) < sum(map(bool, first))
        is_usual = [{cell.lower() for cell in row} & HEADER_NAMES for row in (first, second)]
        if (repeats or not all(first)) and is_usual[1] and len(is_usual[1]) > len(is_usual[0]):
            return title + 1
    return title


def _rows(head: FileHead, sheet: Any, merged: MergedCells) -> Iterator[NumberedRow]:
    """Yield ``(row number, cells)`` of the rows with something in them."""
    rows = sheet.iter_rows(values_only=True)
    fill = merged.filler()
    number = 0
    while True:
        number += 1
        try:
            cells = list(next(rows))
        except StopIteration:
            return
        except Exception as error:
            raise _damaged(head, error, number) from None
        has_values = any(cell is not None and str(cell).strip() for cell in cells)
        cells = fill(number, cells)
        if has_values:
            yield number, cells


def _damaged(head: FileHead, error: Exception, row: int | None = None) -> DataError:
    return DataError(
        f"expected an Excel workbook (.xlsx), found a damaged or other file ({first_line(error)}).",
        file=head.path,
        line=row,
        remedy="Save it again as .xlsx or CSV.",
    )

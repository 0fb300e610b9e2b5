"""Excel workbooks: the first sheet that has rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chainzoo.data.cells import as_text
from chainzoo.data.examples import InferredOption
from chainzoo.data.options import ReadOptions
from chainzoo.data.readers import FileHead
from chainzoo.data.readers.dialect import guess_header, header_names
from chainzoo.data.records import Record, Records
from chainzoo.errors import DataError


def claims(head: FileHead, options: ReadOptions) -> str | None:
    """A file named so."""
    return f"its name ends in {head.suffix}" if head.suffix in (".xlsx", ".xlsm") else None


def read(head: FileHead, options: ReadOptions) -> Records:
    """The rows of the sheet, numbered as in it."""
    import openpyxl

    try:
        book = openpyxl.load_workbook(head.path, read_only=True, data_only=True)
        sheets = book.worksheets
    except Exception as error:
        raise _damaged(head, error) from None
    for sheet in sheets:
        rows = _rows(head, sheet)
        sample = [row for row, _ in zip(rows, range(100), strict=False)]
        if sample:
            return _table(head, options, sheet, sample)
    raise DataError("there are no rows in any sheet.", file=head.path, remedy="Check the export.")


def _table(
    head: FileHead, options: ReadOptions, sheet: Any, sample: list[tuple[int, list[Any]]]
) -> Records:
    texts = [[as_text(cell) for cell in cells] for _, cells in sample]
    guesses = [InferredOption("sheet", str(sheet.title), "it is the first with rows", "")]
    header = options.header
    if header is None:
        told = [name for name in (options.text_column, options.label_column) if name]
        header, because = guess_header(texts, told)
        guesses.append(InferredOption("header", "yes" if header else "no", because, "header"))
    width = max(len(row) for row in texts)
    names = header_names(texts[0] + [""] * (width - len(texts[0])) if header else [""] * width)

    def records() -> Iterator[Record]:
        for at, (number, cells) in enumerate(_rows(head, sheet)):
            if at or not header:
                padded = [*cells, *[None] * (width - len(cells))]
                yield Record(number, dict(zip(names, padded, strict=False)))

    return Records(records(), names, tuple(guesses))


def _rows(head: FileHead, sheet: Any) -> Iterator[tuple[int, list[Any]]]:
    """``(row number, cells)`` of rows with something in them."""
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
    reason = str(error).splitlines()[0].rstrip(".")[:200] if str(error) else type(error).__name__
    return DataError(
        f"expected an Excel workbook (.xlsx), found a damaged or other file ({reason}).",
        file=head.path,
        line=row,
        remedy="Save it again as .xlsx or CSV.",
    )

"""Delimiters of several characters, ``sep=`` lines, and spreadsheets as they are exported."""

from __future__ import annotations

import datetime
from pathlib import Path

import openpyxl
import pytest

from chainzoo.data.options import ReadOptions
from chainzoo.data.read import read_table

ROWS = [(f"some text, number {at}", "ab"[at % 2]) for at in range(12)]


@pytest.mark.parametrize("delimiter", ["||", ":::", "::", " ||| ", "@@@", "<sep>"])
@pytest.mark.parametrize("name", ["a.csv", "a.txt", "a.dat"])
def test_a_delimiter_of_several_characters_is_inferred(
    tmp_path: Path, delimiter: str, name: str
) -> None:
    lines = ["text" + delimiter + "label", *(text + delimiter + label for text, label in ROWS)]
    (tmp_path / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    table = read_table(tmp_path / name)
    assert [(example.text, *example.labels) for example in table.examples] == ROWS


def test_a_long_delimiter_can_be_named_and_quoted(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    lines = [f'"{text} <> here"<>{label}' for text, label in ROWS]
    path.write_text("text<>label\n" + "\n".join(lines), encoding="utf-8")
    table = read_table(path, ReadOptions(delimiter="<>"))
    assert table.examples[3].text == "some text, number 3 <> here"


@pytest.mark.parametrize("written", ["\\t", "tab", "\t"])
def test_a_tab_can_be_named(tmp_path: Path, written: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text("text\tlabel\n" + "".join(f"{t}\t{label}\n" for t, label in ROWS), "utf-8")
    assert len(read_table(path, ReadOptions(delimiter=written))) == 12


@pytest.mark.parametrize("delimiter", [";", "|", "\t", "^"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_separator_line_names_the_delimiter(
    tmp_path: Path, delimiter: str, encoding: str
) -> None:
    path = tmp_path / "a.csv"
    lines = [f"sep={delimiter}", f"text{delimiter}label"]
    lines += [f"{text}{delimiter}{label}" for text, label in ROWS]
    path.write_text("\r\n".join(lines) + "\r\n", encoding=encoding, newline="")
    table = read_table(path)
    assert [(example.text, *example.labels) for example in table.examples] == ROWS
    assert table.examples[0].line == 3


def workbook(path: Path, rows: list[list[object]], merged: list[str]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for cells in merged:
        book.active.merge_cells(cells)
    book.save(path)
    return path


def test_a_title_and_heads_of_groups_are_left_out(tmp_path: Path) -> None:
    rows: list[list[object]] = [["Export of May"], ["", "Message", "", "Team"]]
    rows.append(["date", "text", "label", "owner"])
    day = datetime.datetime(2024, 5, 1)
    rows += [[day, text, label, "Ann"] for text, label in ROWS]
    path = workbook(tmp_path / "a.xlsx", rows, ["A1:D1", "B2:C2"])
    table = read_table(path)
    assert table.columns == {"text": "text", "label": "label"}
    assert [(example.text, *example.labels) for example in table.examples] == ROWS


def test_a_label_that_is_merged_over_rows_counts_for_each(tmp_path: Path) -> None:
    rows: list[list[object]] = [["label", "text"]]
    rows += [["ab"[at // 6] if at % 6 == 0 else None, f"the text of row {at}"] for at in range(12)]
    path = workbook(tmp_path / "a.xlsx", rows, ["A2:A7", "A8:A13"])
    assert [example.labels[0] for example in read_table(path).examples] == ["a"] * 6 + ["b"] * 6


def test_a_plain_sheet_keeps_its_empty_cells(tmp_path: Path) -> None:
    rows: list[list[object]] = [["label", "text"], *[[label, text] for text, label in ROWS]]
    rows[3][0] = None
    table = read_table(workbook(tmp_path / "a.xlsx", rows, []))
    assert len(table) == 11
    assert "1 rows have no label" in table.warnings[0]

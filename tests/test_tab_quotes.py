"""Tab-separated files with and without quotes."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainzoo.data.options import ReadOptions
from chainzoo.data.read import read_table
from chainzoo.data.tab_quotes import detect_tab_quotes

TEXTS = ("Fine.", 'She said "yes" twice', "one\nand a second line", "a\ttab", '"Quoted"')


def written(texts: list[str], quoting: int = csv.QUOTE_MINIMAL) -> str:
    file = io.StringIO()
    writer = csv.writer(file, delimiter="\t", lineterminator="\n", quoting=quoting)
    writer.writerow(["text", "label"])
    writer.writerows([text, "ab"[at % 2]] for at, text in enumerate(texts))
    return file.getvalue()


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
def test_a_quoted_file_is_read_as_it_was_meant(tmp_path: Path, text: str, quoting: int) -> None:
    path = tmp_path / "a.tsv"
    texts = [f"{text} and {at}" for at in range(12)]
    path.write_text(written(texts, quoting), encoding="utf-8")
    assert [example.text for example in read_table(path).examples] == texts


@pytest.mark.parametrize(
    "text",
    [
        'He said "no" and left',
        '"Open and never closed',
        '"Enclosed"',
        'A 5" pipe',
        '"Two" quotes, "many" words',
    ],
)
def test_quotes_of_an_unquoted_file_are_characters(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.tsv"
    rows = [f"{text if at % 3 else 'Plain, and fine'} {at}\t{'ab'[at % 2]}\n" for at in range(12)]
    path.write_text("text\tlabel\n" + "".join(rows), encoding="utf-8")
    read = [example.text for example in read_table(path).examples]
    assert read == [row.split("\t")[0] for row in rows]


def test_a_quote_late_in_the_file_counts(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_text(written([f"text {n}" for n in range(900)] + ['a "late" one']), "utf-8")
    assert read_table(path).examples[-1].text == 'a "late" one'


def test_the_option_overrides_what_is_inferred(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_text(written(['a "b"'] * 12), encoding="utf-8")
    options = ReadOptions(quotes=False)
    assert read_table(path, options).examples[0].text == '"a ""b"""'


@given(st.lists(st.text('ab" \n\t,', max_size=8), min_size=1, max_size=8))
def test_a_file_of_the_csv_module_is_never_contradicted(texts: list[str]) -> None:
    content = written(texts)
    reason = detect_tab_quotes(io.StringIO(content, newline=""))
    needs_quotes = any('"' in text or "\n" in text for text in texts)
    assert reason is not None or not needs_quotes or "\r" in content

"""Tables with one token a row."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainzoo.data.options import ReadOptions
from chainzoo.data.read import read_table
from chainzoo.data.records import Record
from chainzoo.data.token_rows import TokenRows, group_token_rows

SENTENCES = [
    [("Ann", "B-PER"), ("Lee", "I-PER"), ("left", "O")],
    [("She", "O"), ("likes", "O"), ("Oslo", "B-LOC"), (".", "O")],
] * 8


def write(path: Path, header: str, rows: Sequence[str], delimiter: str = ",") -> Path:
    lines = [header, *rows]
    path.write_text("\n".join(lines).replace(",", delimiter) + "\n", encoding="utf-8")
    return path


def named_rows(*, filled_once: bool) -> list[str]:
    rows = []
    for number, sentence in enumerate(SENTENCES):
        for at, (word, tag) in enumerate(sentence):
            name = "" if filled_once and at else f"Sentence: {number}"
            rows.append(f"{name},{word},{tag}")
    return rows


@pytest.mark.parametrize("filled_once", [True, False])
@pytest.mark.parametrize("header", ["Sentence #,Word,Tag", "sentence_id,token,ner", "doc,words,y"])
def test_rows_are_grouped_by_the_sentence(tmp_path: Path, header: str, filled_once: bool) -> None:
    table = read_table(write(tmp_path / "a.csv", header, named_rows(filled_once=filled_once)))
    assert (table.task, len(table), table.labels) == ("token-classification", 16, ("LOC", "PER"))
    assert table.examples[0].text == "Ann Lee left"


@pytest.mark.parametrize("suffix", ["tsv", "csv"])
def test_a_tab_separated_table_is_read_alike(tmp_path: Path, suffix: str) -> None:
    rows = named_rows(filled_once=False)
    path = write(tmp_path / f"a.{suffix}", "sentence_id,word,tag", rows, "\t")
    assert len(read_table(path)) == 16


def test_further_columns_are_no_tags(tmp_path: Path) -> None:
    rows = [f"{at},{row},NN" for at, row in enumerate(named_rows(filled_once=True))]
    table = read_table(write(tmp_path / "a.csv", "id,Sentence #,Word,Tag,POS", rows))
    assert len(table) == 16


def test_blank_lines_end_a_sentence_without_a_column_for_it(tmp_path: Path) -> None:
    rows = "\n\n".join("\n".join(f"{w},{t}" for w, t in sentence) for sentence in SENTENCES)
    table = read_table(write(tmp_path / "a.csv", "word,tag", [rows]))
    assert (table.task, len(table)) == ("token-classification", 16)


def test_words_such_as_none_and_na_are_tokens(tmp_path: Path) -> None:
    rows = [f"{n},{word},{tag}" for n in range(12) for word, tag in [("None", "O"), ("NA", "B-X")]]
    table = read_table(write(tmp_path / "a.csv", "sentence_id,word,tag", rows))
    assert table.examples[0].text == "None NA"


def test_rows_without_a_token_are_counted(tmp_path: Path) -> None:
    rows = [*named_rows(filled_once=False), "Sentence: 15,,O"]
    table = read_table(write(tmp_path / "a.csv", "sentence_id,word,tag", rows))
    assert table.warnings == ("1 rows have no token; they are left out.",)


def test_the_tag_column_can_be_named(tmp_path: Path) -> None:
    rows = [f"{row},B-{n % 2}" for n, row in enumerate(named_rows(filled_once=False))]
    path = write(tmp_path / "a.csv", "sentence_id,word,tag,chunk", rows)
    options = ReadOptions(task="token-classification", label_column="tag")
    assert read_table(path, options).labels == ("LOC", "PER")


@given(st.lists(st.lists(st.text("ab", min_size=1, max_size=3), min_size=1), min_size=1))
def test_no_token_is_lost_or_moved(sentences: list[list[str]]) -> None:
    records = (
        Record(at, {"s": at_sentence + 1, "w": word, "t": "O"})
        for at_sentence, sentence in enumerate(sentences)
        for at, word in enumerate(sentence)
    )
    grouped = group_token_rows(records, TokenRows("s", "w", "t"), [])
    assert [list(record.values["w"]) for record in grouped] == sentences

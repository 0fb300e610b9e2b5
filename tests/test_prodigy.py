"""Prodigy's rows: only accepted answers are gold."""

from __future__ import annotations

from pathlib import Path

from annotation_rows import entities, read_rows

SPAN = {"start": 0, "end": 3, "label": "PER"}


def row(text: str, answer: str = "accept", **values: object) -> dict[str, object]:
    return {"text": text, "_input_hash": 1, "_task_hash": 2, **values, "answer": answer}


def test_rejected_and_ignored_rows_are_left_out_and_counted(tmp_path: Path) -> None:
    answers = ("accept", "reject", "ignore", "accept")
    table = read_rows(tmp_path, [row("Ann left", a, spans=[SPAN]) for a in answers])
    assert len(table) == 2
    assert table.warnings == (
        "1 rows have the answer 'reject'; they are left out.",
        "1 rows have the answer 'ignore'; they are left out.",
    )


def test_an_empty_list_of_spans_is_an_answer(tmp_path: Path) -> None:
    table = read_rows(
        tmp_path, [row("no", spans=[]), row("Ann", spans=[SPAN]), row("it", spans=[])]
    )
    assert entities(table) == [[], [("Ann", "PER")], []]


def test_a_rejected_label_of_two_is_the_other_one(tmp_path: Path) -> None:
    rows = [row("one", label="a"), row("two", "reject", label="a"), row("three", label="b")]
    table = read_rows(tmp_path, rows)
    assert [e.labels for e in table.examples] == [("a",), ("b",), ("b",)]
    assert "the other label of 'a' and 'b'" in table.warnings[0]


def test_a_rejected_label_of_three_is_left_out(tmp_path: Path) -> None:
    rows = [row(f"text {x}", label=x) for x in "abc"] + [row("text", "reject", label="a")]
    assert len(read_rows(tmp_path, rows)) == 3


def test_choices_may_be_none_or_several(tmp_path: Path) -> None:
    options = [{"id": x, "text": x} for x in "ab"]
    rows = [row(f"text {n}", options=options, accept=list("ab"[:n])) for n in range(3)]
    table = read_rows(tmp_path, rows)
    assert [e.labels for e in table.examples] == [(), ("a",), ("a", "b")]
    assert table.multi_label


def test_spans_with_tokens_alone_get_their_characters(tmp_path: Path) -> None:
    tokens = [{"start": 0, "end": 3}, {"start": 4, "end": 8}]
    span = {"token_start": 0, "token_end": 1, "label": "PER"}
    table = read_rows(tmp_path, [row("Ann Bell", tokens=tokens, spans=[span])] * 2)
    assert entities(table)[0] == [("Ann Bell", "PER")]

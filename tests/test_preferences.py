"""Preference data: good answers are learned, bad ones never."""

from __future__ import annotations

from typing import Any

import pytest

from chainzoo.data.preferences import transcript_turns
from chainzoo.data.read import read_table

GOOD, BAD = "Take the second door on the left.", "Find it yourself, I am busy today."
ASK = {"role": "user", "content": "Where is it?"}


def message(text: str) -> dict[str, str]:
    return {"role": "assistant", "content": text}


PAIRS: dict[str, dict[str, Any]] = {
    "texts": {"prompt": "Where is it?", "chosen": GOOD, "rejected": BAD},
    "messages": {"chosen": [ASK, message(GOOD)], "rejected": [ASK, message(BAD)]},
    "prompt in messages": {
        "prompt": [ASK],
        "chosen": [message(GOOD)],
        "rejected": [message(BAD)],
    },
    "sharegpt": {
        "conversations": [{"from": "human", "value": "Where is it?"}],
        "chosen": {"from": "gpt", "value": GOOD},
        "rejected": {"from": "gpt", "value": BAD},
    },
    "transcripts": {
        "chosen": f"\n\nHuman: Where is it?\n\nAssistant: {GOOD}",
        "rejected": f"\n\nHuman: Where is it?\n\nAssistant: {BAD}",
    },
    "two outputs": {"instruction": "Where is it?", "output": [GOOD, BAD]},
}


@pytest.mark.parametrize("name", PAIRS)
def test_the_chosen_answer_alone_is_learned(name: str) -> None:
    table = read_table([PAIRS[name]] * 12)
    assert table.task == "dialogue"
    for example in table.examples:
        assert [turn.text for turn in example.turns] == ["Where is it?", GOOD]


def test_a_warning_says_that_preference_tuning_is_not_offered() -> None:
    (warning,) = read_table([PAIRS["texts"]] * 12).warnings
    assert "not offered" in warning
    assert "'rejected'" in warning


@pytest.mark.parametrize(
    ("column", "good", "bad"),
    [("label", True, False), ("kto_tag", "true", "false"), ("is_correct", 1, 0)],
)
def test_answers_marked_as_bad_are_left_out_and_counted(column: str, good: Any, bad: Any) -> None:
    rows = [
        {"prompt": f"Where is it? {at}", "completion": BAD if at % 3 else GOOD, column: mark}
        for at in range(12)
        for mark in [bad if at % 3 else good]
    ]
    table = read_table(rows)
    assert {example.turns[-1].text for example in table.examples} == {GOOD}
    assert len(table) == 4
    assert "8 rows whose answer is marked as bad are left out" in table.warnings[0]


def test_marked_conversations_are_left_out_too() -> None:
    rows = [{"messages": [ASK, message(text)], "label": text == GOOD} for text in (GOOD, BAD) * 6]
    assert {e.turns[-1].text for e in read_table(rows).examples} == {GOOD}


def test_a_text_without_speakers_is_no_transcript() -> None:
    assert transcript_turns("A day in the hills.") == []

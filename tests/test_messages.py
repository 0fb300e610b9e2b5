"""Conversations in the forms in which they are really written."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainzoo.data.examples import Turn
from chainzoo.data.messages import parse_turns
from chainzoo.data.read import read_table

ASK = {"role": "user", "content": "Is it open?"}
REPLY = {"role": "assistant", "content": "Yes, until six."}
CALL = {"role": "assistant", "content": None, "tool_calls": [{"function": {"name": "hours"}}]}
RESULT = {"role": "tool", "content": "18:00"}


def conversations(*rows: Any) -> list[tuple[Turn, ...]]:
    return [example.turns for example in read_table(list(rows)).examples]


@pytest.mark.parametrize(
    "content",
    [
        "Is it open?",
        [{"type": "text", "text": "Is it open?"}],
        [{"type": "image_url", "image_url": {}}, {"type": "input_text", "text": "Is it open?"}],
        ["Is it open?"],
        {"type": "text", "text": "Is it open?"},
    ],
)
def test_content_in_parts_is_its_text(content: Any) -> None:
    parsed = parse_turns([{"role": "user", "content": content}, REPLY], 1)
    assert [turn.text for turn in parsed.turns] == ["Is it open?", "Yes, until six."]


def test_parts_that_are_no_text_are_counted() -> None:
    image = {"type": "image_url", "image_url": {"url": "x"}}
    row = {"messages": [{"role": "user", "content": [image, {"type": "text", "text": "?"}]}, REPLY]}
    table = read_table([row] * 3)
    assert table.warnings == ("3 parts of messages are no text (images, …); they are left out.",)


@pytest.mark.parametrize(
    "message",
    [
        CALL,
        RESULT,
        {"from": "function_call", "value": "{}"},
        {"from": "observation", "value": "18:00"},
        {"role": "assistant", "content": None, "function_call": {"name": "hours"}},
    ],
)
def test_a_conversation_is_read_up_to_its_first_call_of_a_tool(message: dict[str, Any]) -> None:
    row = {"messages": [ASK, REPLY, ASK, message, REPLY]}
    table = read_table([row, {"messages": [ASK, message, REPLY]}, {"messages": [ASK, REPLY]}])
    assert [len(example.turns) for example in table.examples] == [2, 2]
    assert len(table.warnings) == 2
    assert "1 conversations have no answer before a call of a tool" in table.warnings[0]


def test_an_empty_list_of_tool_calls_is_no_call() -> None:
    assert conversations({"messages": [ASK, {**REPLY, "tool_calls": []}]})


def test_a_turn_with_weight_0_is_not_trained() -> None:
    draft = {"role": "assistant", "content": "No.", "weight": 0}
    (turns,) = conversations({"messages": [ASK, draft, ASK, {**REPLY, "weight": 1}]})
    assert [turn.trained for turn in turns] == [True, False, True, True]
    (turns,) = conversations({"messages": [ASK, REPLY, ASK, draft]})
    assert len(turns) == 2


def test_an_answer_replaces_the_untrained_draft_before_it() -> None:
    draft = {"role": "assistant", "content": "No.", "weight": 0}
    (turns,) = conversations({"messages": [ASK, draft, REPLY]})
    assert turns == (Turn("user", "Is it open?"), Turn("assistant", "Yes, until six."))


def test_sharegpt_with_a_system_message() -> None:
    said = [("system", "Be brief."), ("human", "Open?"), ("gpt", "Yes.")]
    (turns,) = conversations({"conversations": [{"from": n, "value": v} for n, v in said]})
    assert [turn.role for turn in turns] == ["system", "user", "assistant"]


def test_alpaca_with_input_and_history() -> None:
    row = {
        "Instruction": "Translate.",
        "input": "gato",
        "output": "cat",
        "history": [["Hello", "Hello, what can I do?"]],
        "system": "You translate.",
    }
    (turns,) = conversations(row)
    assert [turn.role for turn in turns] == ["system", "user", "assistant", "user", "assistant"]
    assert turns[3].text == "Translate.\ngato"


@given(
    st.lists(
        st.one_of(
            st.text(max_size=8),
            st.fixed_dictionaries(
                {"role": st.sampled_from(["system", "user", "assistant", "tool", ""])},
                optional={
                    "content": st.one_of(st.none(), st.text(max_size=8), st.lists(st.text())),
                    "weight": st.sampled_from([0, 1, None, "0"]),
                },
            ),
        ),
        max_size=8,
    )
)
def test_turns_alternate_and_are_never_empty(messages: list[Any]) -> None:
    turns = parse_turns(messages, 1).turns
    assert all(turn.text for turn in turns)
    assert all(first.role != second.role for first, second in itertools.pairwise(turns))

"""Preference data (DPO, KTO): which of its answers are good. Bad answers are never learned."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from chainzoo.data.cells import as_label, as_text, is_list, is_missing
from chainzoo.data.columns import first_column
from chainzoo.data.examples import Turn
from chainzoo.data.messages import Role, is_message, parse_turns
from chainzoo.data.records import Record

CHOSEN = ("chosen", "chosen_response", "response_chosen", "preferred", "accepted")
REJECTED = ("rejected", "rejected_response", "response_rejected", "dispreferred")
MARKS = (
    "label", "kto_tag", "is_correct", "correct", "is_good", "good", "desirable", "is_desirable",
    "accepted", "preferred", "is_helpful", "thumbs_up",
)  # fmt: skip
GOOD = frozenset({"true", "1", "yes", "good", "desirable"})
BAD = frozenset({"false", "0", "no", "bad", "undesirable"})
SPEAKERS = re.compile(r"(?:^|\n)\s*(Human|User|Assistant|H|A)\s*:\s*")  # Of a transcript.
NOT_OFFERED = "Preference tuning (DPO, KTO) is not offered"


def find_chosen(columns: Sequence[str]) -> tuple[str, str] | None:
    """Return the columns of the chosen and of the rejected answers, or ``None``."""
    chosen, rejected = first_column(CHOSEN, columns), first_column(REJECTED, columns)
    return (chosen, rejected) if chosen and rejected else None


def find_mark(sample: Sequence[Record], columns: Sequence[str]) -> str | None:
    """Return the column that says of each answer whether it is good, or ``None``."""
    for name in MARKS:
        column = first_column((name,), columns)
        cells = [r.values.get(column) for r in sample] if column else []
        words = [as_label(cell).lower() for cell in cells if not is_missing(cell)]
        if words and all(word in GOOD or word in BAD for word in words):
            return column
    return None


def is_bad(values: Mapping[str, Any], mark: str | None) -> bool:
    """Return whether a row's answer is marked as bad, or has no mark where others have one."""
    return mark is not None and as_label(values.get(mark)).lower() not in GOOD


def answer_turns(value: Any, prompt: Sequence[Turn], line: int) -> list[Turn]:
    """Return the turns of a prompt and its answer; none if one of them is missing.

    The answer is a text, a message, or a whole list of messages that repeats the prompt. Of a
    list of texts the first is the answer.
    """
    if is_message(value):
        value = [value]
    if is_list(value) and any(is_message(item) for item in value):
        turns = parse_turns(value, line).turns
        if len(turns) > 1:
            return turns
        value = turns[0].text if turns else ""
    elif is_list(value):
        value = next((text for item in value if (text := as_text(item))), "")
    text = as_text(value)
    return [*prompt, Turn("assistant", text)] if prompt and text else []


def transcript_turns(text: str) -> list[Turn]:
    """Parse a transcript, ``Human: … Assistant: …``; no turns if the text is none."""
    parts = SPEAKERS.split(text)
    turns: list[Turn] = []
    for name, said in zip(parts[1::2], parts[2::2], strict=False):
        role: Role = "assistant" if name.startswith("A") else "user"
        if said.strip():
            turns.append(Turn(role, said.strip()))
    return turns

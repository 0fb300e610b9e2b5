"""Lists of messages, in the forms in which data sets write conversations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from chainzoo.data.cells import as_text, is_list
from chainzoo.data.examples import Turn
from chainzoo.data.records import Record
from chainzoo.errors import DataError

TURN_COLUMNS = ("messages", "conversations", "conversation", "turns", "dialogue", "dialog", "log")
SPEAKER_FIELDS = ("role", "from", "speaker", "author")
TEXT_FIELDS = ("content", "value", "utterance", "text")
USER_NAMES = (
    "user", "human", "usr", "customer", "client", "wizard-user", "prompter", "用户", "顾客",
)  # fmt: skip
SYSTEM_NAMES = ("system", "developer")
TOOL_NAMES = (
    "tool", "tools", "function", "function_call", "tool_call", "tool_response", "observation",
    "ipython",
)  # fmt: skip
TOOL_FIELDS = ("tool_calls", "function_call")
TEXT_PARTS = ("text", "input_text", "output_text")

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class ParsedTurns:
    """The turns of a conversation, and what was left out of it.

    ``cut_at_tool`` says that the turns end before the first call of a tool; ``other_parts`` is
    the number of images and other parts that are no text.
    """

    turns: list[Turn]
    cut_at_tool: bool = False
    other_parts: int = 0


def find_turn_column(sample: Sequence[Record], columns: Sequence[str]) -> str | None:
    """Return the column whose first value is a list of messages or of texts, or ``None``."""
    for column in TURN_COLUMNS:
        value: Any = sample[0].values.get(column)
        if is_list(value) and len(value) and (isinstance(value[0], str) or is_message(value[0])):
            return column
    return None


def parse_turns(value: Any, line: int) -> ParsedTurns:
    """Parse a list of messages or texts into turns.

    Consecutive messages of one speaker become one turn. Without speakers, user and assistant
    alternate. A message with ``weight`` 0 makes a turn that is not trained. The turns end before
    the first call of a tool, because what follows depends on what the tool returns.

    Args:
        value: the cell; a value that is not a list gives no turns.
        line: the line of the record, for the error.

    Raises:
        DataError: an item is neither a text nor a message.
    """
    turns: list[Turn] = []
    other_parts = 0
    if not is_list(value):
        return ParsedTurns(turns)
    names = {_speaker(item).lower() for item in value if is_message(item)}
    for at, item in enumerate(value):
        if isinstance(item, str):
            turn = Turn("user" if at % 2 == 0 else "assistant", item.strip())
        elif is_message(item):
            if _is_tool(item):
                return ParsedTurns(turns, True, other_parts)
            role = _role(_speaker(item).lower(), at, names)
            text, others = _content(_first(item, TEXT_FIELDS))
            other_parts += others
            turn = Turn(role, text, not _has_no_weight(item))
        else:
            raise DataError(
                f"turn {at + 1} is {str(item)[:40]!r}.",
                line=line,
                remedy='Write each turn as {"role": "user", "content": "…"}.',
            )
        if turn.text:
            _append(turns, turn)
    return ParsedTurns(turns, False, other_parts)


def is_message(item: Any) -> bool:
    """Return whether a value is an object with a speaker or a text."""
    return isinstance(item, Mapping) and any(n in item for n in (*SPEAKER_FIELDS, *TEXT_FIELDS))


def _append(turns: list[Turn], turn: Turn) -> None:
    last = turns[-1] if turns else None
    if last is None or last.role != turn.role:
        turns.append(turn)
    elif last.trained == turn.trained:
        turns[-1] = Turn(turn.role, f"{last.text}\n{turn.text}", turn.trained)
    elif turn.trained:  # Of an untrained draft and the answer after it, the answer is kept.
        turns[-1] = turn


def _content(content: Any) -> tuple[str, int]:
    """Return the text of a message, and the number of its parts that are no text."""
    if isinstance(content, Mapping):
        content = [content]
    if not is_list(content):
        return as_text(content), 0
    texts, others = [], 0
    for part in content:
        if not isinstance(part, Mapping):
            texts.append(as_text(part))
        elif part.get("type", "text") in TEXT_PARTS:
            texts.append(as_text(part.get("text")))
        else:
            others += 1
    return "\n".join(filter(None, texts)), others


def _is_tool(message: Mapping[str, Any]) -> bool:
    """Return whether a message calls a tool or is what a tool returned."""
    return _speaker(message).lower() in TOOL_NAMES or any(message.get(f) for f in TOOL_FIELDS)


def _has_no_weight(message: Mapping[str, Any]) -> bool:
    weight = message.get("weight")
    return isinstance(weight, int | float) and weight == 0


def _role(name: str, at: int, names: set[str]) -> Role:
    if name in USER_NAMES or (not name and at % 2 == 0):
        return "user"
    if name not in SYSTEM_NAMES:
        return "assistant"
    # In task-oriented data "system" answers the user; otherwise it gives an instruction.
    answers = at > 0 and names <= {*USER_NAMES, *SYSTEM_NAMES}
    return "assistant" if answers else "system"


def _speaker(message: Mapping[str, Any]) -> str:
    return str(_first(message, SPEAKER_FIELDS) or "")


def _first(item: Mapping[str, Any], names: Sequence[str]) -> Any:
    return next((item[name] for name in names if name in item), None)

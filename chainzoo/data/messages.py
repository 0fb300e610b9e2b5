"""Lists of messages, in the forms in which data sets write conversations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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

Role = Literal["system", "user", "assistant"]


def find_turn_column(sample: Sequence[Record], columns: Sequence[str]) -> str | None:
    """Return the column whose first value is a list of messages or of texts, or ``None``."""
    for column in TURN_COLUMNS:
        value: Any = sample[0].values.get(column)
        if is_list(value) and len(value) and (isinstance(value[0], str) or _is_message(value[0])):
            return column
    return None


def parse_turns(value: Any, line: int) -> list[Turn]:
    """Parse a list of messages or texts into turns.

    Consecutive messages of one speaker become one turn. Without speakers, user and assistant
    alternate.

    Args:
        value: the cell; a value that is not a list gives no turns.
        line: the line of the record, for the error.

    Raises:
        DataError: an item is neither a text nor a message.
    """
    turns: list[Turn] = []
    if not is_list(value):
        return turns
    names = {_speaker(item).lower() for item in value if _is_message(item)}
    for at, item in enumerate(value):
        if isinstance(item, str):
            role: Role = "user" if at % 2 == 0 else "assistant"
            text = item.strip()
        elif _is_message(item):
            role = _role(_speaker(item).lower(), at, names)
            text = as_text(_first(item, TEXT_FIELDS))
        else:
            raise DataError(
                f"turn {at + 1} is {str(item)[:40]!r}.",
                line=line,
                remedy='Write each turn as {"role": "user", "content": "…"}.',
            )
        if not text:
            continue
        if turns and turns[-1].role == role:
            turns[-1] = Turn(role, f"{turns[-1].text}\n{text}")
        else:
            turns.append(Turn(role, text))
    return turns


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


def _is_message(item: Any) -> bool:
    return isinstance(item, Mapping) and _first(item, TEXT_FIELDS) is not None


def _first(item: Mapping[str, Any], names: Sequence[str]) -> Any:
    return next((item[name] for name in names if name in item), None)

"""Read past conversations from tables.

Tables have a text column and any of ``intent``, ``reply`` and ``entities`` (spans), or are turns
with ``conversation``, ``role`` and ``text``.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from chains.customer_service.history import History, Utterance, clean_history
from chainzoo import DataError, read_rows

TEXT_COLUMNS = (
    "text", "utterance", "message", "question", "instruction", "query", "body", "content",
)  # fmt: skip
INTENT_COLUMNS = ("intent", "label", "category", "class")
REPLY_COLUMNS = ("reply", "response", "answer", "agent_reply")
THREAD_COLUMNS = ("conversation", "conversation_id", "thread", "dialogue", "session", "ticket")
ROLE_COLUMNS = ("role", "speaker", "author", "from")
ENTITY_COLUMNS = ("entities", "spans", "annotations")
CUSTOMER_ROLES = ("customer", "user", "client", "visitor", "human")

Row = Mapping[str, Any]


def read_history(path: str | Path, *, mask: bool = True) -> History:
    """Read and clean the history in a file.

    Raises:
        DataError: there is no column with texts, or there are no rows.
    """
    rows = list(read_rows(path))
    if not rows:
        raise DataError("there are no rows in it.", file=path, remedy="Give past messages.")
    columns = list(dict.fromkeys(name for row in rows for name in row))
    text = find_column(columns, TEXT_COLUMNS)
    if text is None:
        raise DataError(
            f"there is no column with texts; there are {', '.join(columns)}.",
            file=path,
            remedy=f"Name one of them {', '.join(TEXT_COLUMNS[:3])}.",
        )
    thread, role = find_column(columns, THREAD_COLUMNS), find_column(columns, ROLE_COLUMNS)
    if thread and role:
        utterances = _read_turns(rows, text, thread, role)
    else:
        utterances = _read_messages(rows, text, columns)
    return clean_history(utterances, mask=mask)


def find_column(columns: Iterable[str], names: Sequence[str]) -> str | None:
    """Return the column of the first name that there is, ignoring case."""
    by_name = {column.strip().lower(): column for column in columns}
    return next((by_name[name] for name in names if name in by_name), None)


def _cell(row: Row, column: str | None) -> str | None:
    """Return the text of a cell; ``None`` without a column, or if it is empty or NaN."""
    value = row.get(column) if column else None
    text = "" if value is None or value != value else str(value).strip()
    return text or None


def _read_messages(rows: Sequence[Row], text: str, columns: list[str]) -> list[Utterance]:
    others = [name for name in columns if name != text]
    intent, reply, spans = (
        find_column(others, names) for names in (INTENT_COLUMNS, REPLY_COLUMNS, ENTITY_COLUMNS)
    )
    return [
        Utterance(
            message,
            _cell(row, intent),
            _cell(row, reply),
            _parse_spans(row.get(spans)) if spans else (),
        )
        for row in rows
        if (message := _cell(row, text))
    ]


def _parse_spans(value: Any) -> tuple[tuple[int, int, str], ...]:
    if isinstance(value, str):
        try:
            value = json.loads(value or "[]")
        except json.JSONDecodeError:
            raise DataError(
                f"{value!r} is not a list of spans.", remedy='Write them as [[0, 4, "city"]].'
            ) from None
    spans = []
    for span in value if isinstance(value, list) else []:
        if isinstance(span, Mapping):
            span = (span.get("start"), span.get("end"), span.get("label"))
        spans.append((int(span[0]), int(span[1]), str(span[2])))
    return tuple(spans)


def _read_turns(rows: Sequence[Row], text: str, thread: str, role: str) -> list[Utterance]:
    """Return each message of a customer, with the next message of the other side as its reply."""
    intent = find_column([n for n in rows[0] if n not in (text, role, thread)], INTENT_COLUMNS)
    conversations: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        conversations[str(row.get(thread))].append(row)
    utterances = []
    for turns in conversations.values():
        for turn, following in zip(turns, [*turns[1:], None], strict=True):
            message = _cell(turn, text)
            if not message or not _is_customer(turn.get(role)):
                continue
            reply = None
            if following is not None and not _is_customer(following.get(role)):
                reply = _cell(following, text)
            utterances.append(Utterance(message, _cell(turn, intent), reply))
    return utterances


def _is_customer(role: Any) -> bool:
    return str(role).strip().lower() in CUSTOMER_ROLES

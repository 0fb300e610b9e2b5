"""Parse posts from the rows of any source: text, time, identity and named subjects."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chains.opinion_monitor.config import DAY, DeduplicateBy
from chains.opinion_monitor.subjects import Subject
from chains.opinion_monitor.timestamps import parse_timestamp
from chainzoo import DataError, hashing

# Names of fields, in order of preference; compared in lower case.
TEXT_FIELDS = ("text", "full_text", "body", "content", "message", "summary", "description")
TIME_FIELDS = (
    "created_at", "time", "date", "datetime", "timestamp", "published", "pubdate", "updated",
)  # fmt: skip
ID_FIELDS = ("id", "id_str", "post_id", "guid", "uuid", "url", "link")
AUTHOR_FIELDS = ("user_id_str", "user_id", "author", "user", "username")
TICKER_FIELDS = ("tickers", "ticker", "symbols", "symbol")
ENTITY_FIELDS = ("entities", "entity", "brands", "brand")

CASHTAG = re.compile(r"(?<![\w$])\$([A-Za-z]{1,6})\b")
SPLIT_CASHTAG = re.compile(r"\$ (?=[A-Za-z]{1,6}\b)")
MAX_CLOCK_SKEW = float(DAY)  # Seconds by which a post's time may be ahead of this clock.


class InvalidPostError(DataError):
    """A row is not a post: it has no text, or no usable time."""


@dataclass(frozen=True, slots=True)
class Post:
    """A text at a time (seconds since 1970).

    ``key`` identifies the post for deduplication. ``subjects`` are those that the row names.
    """

    key: str
    text: str
    time: float
    source: str
    subjects: tuple[Subject, ...] = ()


def parse_post(
    row: Any, source: str, position: str, *, now: float, deduplicate_by: DeduplicateBy = "post"
) -> Post:
    """Parse a row: an object of fields, or a plain text. A row without a time is from ``now``.

    Raises:
        InvalidPostError: there is no text, or the time cannot be parsed or is in the future.
    """
    fields = _fields(row)
    text = _text(fields)
    timestamp = _first(fields, TIME_FIELDS)
    time = now if timestamp is None else parse_time(timestamp)
    if time > now + MAX_CLOCK_SKEW:
        raise InvalidPostError(f"its time {timestamp!r} is in the future")
    if deduplicate_by == "text":
        key = _digest("text", " ".join(text.casefold().split()), str(int(time // DAY)))
    elif (post_id := _first(fields, ID_FIELDS)) is not None:
        key = _digest("id", str(post_id))
    elif timestamp is not None:
        key = _digest("post", text, repr(time), str(_first(fields, AUTHOR_FIELDS) or ""))
    else:
        # Standard input has no positions that outlive the process: there, the day must do.
        where = str(int(now // DAY)) if source == "stdin" else f"{source} {position}"
        key = _digest("post", text, where)
    return Post(key, text, time, source, _subjects(fields, text))


def parse_time(value: Any) -> float:
    """Return a time in seconds since 1970.

    Raises:
        InvalidPostError: the time cannot be parsed, or is before 1990.
    """
    seconds = parse_timestamp(value)
    if seconds is None:
        raise InvalidPostError(f"its time {value!r} cannot be parsed")
    return seconds


def _fields(row: Any) -> Mapping[str, Any]:
    if isinstance(row, str):
        return {"text": row}
    if isinstance(row, Mapping):
        return {str(name).strip().lower(): value for name, value in row.items() if name is not None}
    shown = json.dumps(row, default=str)[:60]
    raise InvalidPostError(f"expected an object or a text, found {shown}")


def _first(fields: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    """Return the first field that is neither missing nor empty."""
    return next((fields[n] for n in names if fields.get(n) not in (None, "", [])), None)


def _text(fields: Mapping[str, Any]) -> str:
    """Return title and text; a list of tokens is joined, and its cashtags are put together."""
    body = _first(fields, TEXT_FIELDS)
    if isinstance(body, list):
        body = SPLIT_CASHTAG.sub("$", " ".join(map(str, body)))
    parts = [str(part).strip() for part in (fields.get("title"), body) if part not in (None, "")]
    text = ". ".join(dict.fromkeys(parts))
    if not text.strip():
        raise InvalidPostError(f"there is no text in it, only {', '.join(fields) or 'nothing'}")
    return text


def _subjects(fields: Mapping[str, Any], text: str) -> tuple[Subject, ...]:
    tickers = [*_as_list(_first(fields, TICKER_FIELDS)), *CASHTAG.findall(text)]
    subjects = [("ticker", ticker.lstrip("$").upper()) for ticker in tickers]
    subjects += [("entity", name) for name in _as_list(_first(fields, ENTITY_FIELDS))]
    return tuple(dict.fromkeys(subjects))


def _as_list(value: Any) -> list[str]:
    if isinstance(value, str):
        value = re.split(r"[,;|]", value)
    if not isinstance(value, list):
        return []
    return [item.strip() for item in value if isinstance(item, str) and item.strip()]


def _digest(*parts: str) -> str:
    return hashing.text_sha256("\x1f".join(parts))[:32]

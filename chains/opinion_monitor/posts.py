"""A post out of whatever a source gives: its text, its time, what it is about, what makes it one."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

TEXT = ("text", "full_text", "body", "content", "message", "summary", "description")
TIME = ("created_at", "time", "date", "datetime", "timestamp", "published", "pubdate", "updated")
ID = ("id", "id_str", "post_id", "guid", "uuid", "url", "link")
AUTHOR = ("user_id_str", "user_id", "author", "user", "username")
TICKERS = ("tickers", "ticker", "symbols", "symbol")
ENTITIES = ("entities", "entity", "brands", "brand")
CASHTAG = re.compile(r"(?<![\w$])\$([A-Za-z]{1,6})\b")
SPLIT_CASHTAG = re.compile(r"\$ (?=[A-Za-z]{1,6}\b)")
TWITTER = "%a %b %d %H:%M:%S %z %Y"
MILLISECONDS = 1e11  # Above this a number is a time in milliseconds.
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC).timestamp()
AHEAD = 86_400.0  # A clock may be wrong by so much; a post from further ahead is refused.

Subject = tuple[str, str]


class UnusableError(Exception):
    """A row is no post; the text says why."""


@dataclass(frozen=True, slots=True)
class Post:
    """A text at a time. ``key`` is the same for the same post; ``subjects`` what it names."""

    key: str
    text: str
    time: float
    source: str
    subjects: tuple[Subject, ...] = ()


def post_of(row: Any, source: str, position: str, *, now: float, same: str = "post") -> Post:
    """The post in a row: an object, or a plain text.

    Raises:
        UnusableError: there is no text in it, or its time cannot be read or is ahead of now.
    """
    values = _named(row)
    text = _text(values)
    said = _first(values, TIME)
    once: tuple[str, ...]
    time = now if said is None else time_of(said)
    if time > now + AHEAD:
        raise UnusableError(f"its time {said!r} lies ahead")
    if said is None:
        once = (text, str(int(now // 86_400)) if source == "stdin" else f"{source} {position}")
    else:
        once = (text, repr(time), str(_first(values, AUTHOR) or ""))
    named = _first(values, ID)
    if same == "text":
        plain = " ".join(text.casefold().split())
        key = _digest("text", plain, str(int(time // 86_400)))
    else:
        key = _digest("id", str(named)) if named is not None else _digest("post", *once)
    return Post(key, text, time, source, _subjects(values, text))


def time_of(value: Any) -> float:
    """Seconds since 1970 of a time in any usual form; one without a zone is UTC.

    Raises:
        UnusableError: it is in none.
    """
    seconds = _seconds(value)
    if seconds is None or not seconds >= EARLIEST:
        raise UnusableError(f"its time {value!r} cannot be read")
    return seconds


def _seconds(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value / 1000 if abs(value) > MILLISECONDS else float(value)
    text = str(value).strip()
    try:
        number = float(text)
        return number / 1000 if abs(number) > MILLISECONDS else number
    except ValueError:
        pass
    for read in (datetime.fromisoformat, _twitter, parsedate_to_datetime):
        try:
            found = read(text)
        except (ValueError, TypeError, IndexError):
            continue
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    return None


def _twitter(text: str) -> datetime:
    return datetime.strptime(text, TWITTER)


def _named(row: Any) -> Mapping[str, Any]:
    if isinstance(row, str):
        return {"text": row}
    if isinstance(row, Mapping):
        return {str(name).strip().lower(): value for name, value in row.items() if name is not None}
    raise UnusableError(f"expected an object or a text, found {json.dumps(row, default=str)[:60]}")


def _first(values: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    return next((values[n] for n in names if values.get(n) not in (None, "", [])), None)


def _text(values: Mapping[str, Any]) -> str:
    found = _first(values, TEXT)
    if isinstance(found, list):
        found = SPLIT_CASHTAG.sub("$", " ".join(map(str, found)))
    title = values.get("title")
    parts = [str(part).strip() for part in (title, found) if part not in (None, "")]
    text = ". ".join(dict.fromkeys(parts))
    if not text.strip():
        raise UnusableError(f"there is no text in it, only {', '.join(values) or 'nothing'}")
    return text


def _subjects(values: Mapping[str, Any], text: str) -> tuple[Subject, ...]:
    tickers = [*_listed(_first(values, TICKERS)), *CASHTAG.findall(text)]
    found = [("ticker", ticker.lstrip("$").upper()) for ticker in tickers]
    found += [("entity", name) for name in _listed(_first(values, ENTITIES))]
    return tuple(dict.fromkeys(found))


def _listed(value: Any) -> list[str]:
    if isinstance(value, str):
        value = re.split(r"[,;|]", value)
    if not isinstance(value, list):
        return []
    return [item.strip() for item in value if isinstance(item, str) and item.strip()]


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()[:32]

"""Parse the timestamps that posts carry."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

TWITTER_FORMAT = "%a %b %d %H:%M:%S %z %Y"
MIN_MILLISECONDS = 1e11  # Larger numbers are milliseconds since 1970, smaller ones seconds.
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC).timestamp()


def parse_timestamp(value: Any) -> float | None:
    """Return seconds since 1970, or ``None`` if ``value`` is no time after 1990.

    Known are ISO 8601, RFC 2822, Twitter's format, and seconds or milliseconds since 1970. A time
    without a zone is UTC.
    """
    seconds = _seconds(value)
    return seconds if seconds is not None and seconds >= EARLIEST else None


def _seconds(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return _from_number(value)
    text = str(value).strip()
    try:
        return _from_number(float(text))
    except ValueError:
        pass
    for parse in (datetime.fromisoformat, _parse_twitter, parsedate_to_datetime):
        try:
            moment = parse(text)
        except (ValueError, TypeError, IndexError):
            continue
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    return None


def _from_number(number: float) -> float:
    return number / 1000 if abs(number) > MIN_MILLISECONDS else float(number)


def _parse_twitter(text: str) -> datetime:
    return datetime.strptime(text, TWITTER_FORMAT)

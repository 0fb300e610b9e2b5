"""Read posts from a feed over HTTP: RSS, Atom or JSON, with conditional requests."""

from __future__ import annotations

import json
import sys
import time
from calendar import timegm
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from chains.opinion_monitor.sources.base import SourceItem
from chainzoo import FetchError, MissingExtraError

if TYPE_CHECKING:
    import httpx

TIMEOUT_SECONDS = 20.0
POLL_SECONDS = 30.0
MAX_BACKOFF_SECONDS = 600.0
# Stored validators of the last response, and the request headers that carry them.
CONDITIONAL_HEADERS = {"etag": "If-None-Match", "modified": "If-Modified-Since"}
JSON_LISTS = ("items", "entries", "posts", "data")
JSON_FEED_FIELDS = {"date_published": "created_at", "content_text": "text"}


class FeedSource:
    """The entries of a feed. Their ids or links keep them from being counted twice."""

    def __init__(self, url: str, poll_seconds: float = POLL_SECONDS) -> None:
        self.url, self.name = url, f"feed:{url}"
        self.ended = False
        self._poll_seconds, self._next_poll, self._failures = poll_seconds, 0.0, 0
        self._pending: list[SourceItem] = []

    def read(
        self, positions: Mapping[str, str], max_items: int, *, final: bool
    ) -> list[SourceItem]:
        """Return the entries of a changed feed; a feed that fails is retried with backoff.

        Raises:
            FetchError: the feed cannot be fetched or parsed, and ``final`` rules out a retry.
        """
        if not self._pending and not self.ended and time.monotonic() >= self._next_poll:
            self._pending = self._fetch(json.loads(positions.get(self.name, "{}")), final)
        items, self._pending = self._pending[:max_items], self._pending[max_items:]
        return items

    def _fetch(self, validators: dict[str, str], final: bool) -> list[SourceItem]:
        import httpx

        headers = {
            CONDITIONAL_HEADERS[name]: value
            for name, value in validators.items()
            if name in CONDITIONAL_HEADERS
        }
        try:
            response = httpx.get(
                self.url, headers=headers, timeout=TIMEOUT_SECONDS, follow_redirects=True
            )
            if response.status_code == httpx.codes.NOT_MODIFIED:
                return self._succeed([], final)
            response.raise_for_status()
            rows = parse_feed(response.content, response.headers.get("content-type", ""))
        except (httpx.HTTPError, ValueError) as error:
            return self._fail(error, final)
        return self._succeed(self._items(rows, validators, response), final)

    def _items(
        self, rows: list[dict[str, Any]], validators: dict[str, str], response: httpx.Response
    ) -> list[SourceItem]:
        """Return the rows as items. Only the last one carries the validators of the response.

        After a crash in between, the whole feed is fetched again.
        """
        headers = {
            "etag": response.headers.get("etag"),
            "modified": response.headers.get("last-modified"),
        }
        before = json.dumps(validators)
        after = json.dumps({name: value for name, value in headers.items() if value})
        items = [SourceItem(self.name, row, before) for row in rows[:-1]]
        return [*items, *(SourceItem(self.name, row, after) for row in rows[-1:])]

    def _succeed(self, items: list[SourceItem], final: bool) -> list[SourceItem]:
        self._failures, self._next_poll = 0, time.monotonic() + self._poll_seconds
        self.ended = final
        return items

    def _fail(self, error: Exception, final: bool) -> list[SourceItem]:
        if final:
            raise FetchError(
                f"{self.url} returned no feed: {error}.", remedy="Check the address."
            ) from None
        self._failures += 1
        backoff = min(MAX_BACKOFF_SECONDS, self._poll_seconds * 2**self._failures)
        self._next_poll = time.monotonic() + backoff
        print(f"{self.url}: {error}; next attempt in {backoff:.0f} s.", file=sys.stderr)
        return []


def parse_feed(content: bytes, content_type: str) -> list[dict[str, Any]]:
    """Parse the entries of a JSON, RSS or Atom feed into rows.

    Raises:
        ValueError: the content is none of these.
        MissingExtraError: feedparser is needed and not installed.
    """
    if "json" in content_type or content.lstrip()[:1] in (b"{", b"["):
        return _parse_json(content)
    return _parse_xml(content)


def _parse_json(content: bytes) -> list[Any]:
    value = json.loads(content)
    entries = value
    if isinstance(value, dict):
        entries = next((value[name] for name in JSON_LISTS if name in value), None)
    if not isinstance(entries, list):
        raise ValueError("it is JSON without a list of items")
    return [_rename_json_feed_fields(entry) for entry in entries]


def _rename_json_feed_fields(entry: Any) -> Any:
    if not isinstance(entry, dict):
        return entry
    return {JSON_FEED_FIELDS.get(name, name): value for name, value in entry.items()}


def _parse_xml(content: bytes) -> list[dict[str, Any]]:
    try:
        import feedparser  # type: ignore[import-untyped]
    except ImportError:
        raise MissingExtraError(
            "RSS and Atom feeds need feedparser, which is not installed.",
            remedy='Run: pip install "chainzoo[apps]"',
        ) from None
    parsed = feedparser.parse(content)
    if not parsed.entries and (parsed.bozo or not parsed.version):
        raise ValueError("it is neither RSS, Atom nor JSON")
    return [_xml_row(entry) for entry in parsed.entries]


def _xml_row(entry: Any) -> dict[str, Any]:
    from bs4 import BeautifulSoup

    summary = BeautifulSoup(entry.get("summary", ""), "html.parser").get_text(" ", strip=True)
    row = {
        "title": entry.get("title"),
        "summary": summary,
        "id": entry.get("id") or entry.get("link"),
    }
    published = entry.get("published_parsed") or entry.get("updated_parsed")
    if published:
        row["published"] = format_datetime(datetime.fromtimestamp(timegm(published), UTC))
    return {name: value for name, value in row.items() if value}

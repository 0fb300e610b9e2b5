"""A feed over HTTP: RSS, Atom or JSON, asked again with what it said about its last change."""

from __future__ import annotations

import json
import sys
import time
from calendar import timegm
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from chains.opinion_monitor.sources import Item
from chainzoo import FetchError, MissingExtraError

SECONDS = 20.0
LONGEST_WAIT = 600.0


class FeedSource:
    """What a feed holds now. An entry is known by its id or link, so none counts twice."""

    def __init__(self, url: str, every: float = 30.0) -> None:
        self.url, self.name = url, f"feed:{url}"
        self.ended = False
        self._every, self._next, self._failures = every, 0.0, 0
        self._waiting: list[Item] = []

    def read(self, positions: Mapping[str, str], most: int, *, final: bool) -> list[Item]:
        """Entries that have not been given; a feed that fails is asked again, ever more rarely.

        Raises:
            FetchError: it fails, and nobody waits for it to come back (``final``).
        """
        if not self._waiting and time.monotonic() >= self._next and not self.ended:
            self._waiting = self._fetched(json.loads(positions.get(self.name, "{}")), final)
        given, self._waiting = self._waiting[:most], self._waiting[most:]
        return given

    def _fetched(self, known: dict[str, str], final: bool) -> list[Item]:
        import httpx

        asked = {"etag": "If-None-Match", "modified": "If-Modified-Since"}
        headers = {asked[name]: value for name, value in known.items() if name in asked}
        try:
            answer = httpx.get(self.url, headers=headers, timeout=SECONDS, follow_redirects=True)
            if answer.status_code == 304:
                return self._done([], final)
            answer.raise_for_status()
            rows = entries(answer.content, answer.headers.get("content-type", ""))
        except (httpx.HTTPError, ValueError) as error:
            if final:
                raise FetchError(
                    f"{self.url} gave no feed: {error}.", remedy="Check the address."
                ) from None
            self._failures += 1
            wait = min(LONGEST_WAIT, self._every * 2**self._failures)
            self._next = time.monotonic() + wait
            print(f"{self.url}: {error}; asked again in {wait:.0f} s.", file=sys.stderr)
            return []
        said = {"etag": answer.headers.get("etag"), "modified": answer.headers.get("last-modified")}
        after = json.dumps({name: value for name, value in said.items() if value})
        # Only with the last entry is the feed read as far as it says: a crash before asks again.
        at = [json.dumps(known)] * (len(rows) - 1) + [after]
        return self._done([Item(self.name, r, p) for r, p in zip(rows, at, strict=False)], final)

    def _done(self, items: list[Item], final: bool) -> list[Item]:
        self._failures, self._next = 0, time.monotonic() + self._every
        self.ended = final
        return items


def entries(content: bytes, kind: str) -> list[dict[str, Any]]:
    """The entries of a feed, as rows.

    Raises:
        ValueError: it is no feed.
    """
    start = content.lstrip()[:1]
    if "json" in kind or start in (b"{", b"["):
        told = json.loads(content)
        found = told if isinstance(told, list) else next(
            (told[name] for name in ("items", "entries", "posts", "data") if name in told), None
        )  # fmt: skip
        if not isinstance(found, list):
            raise ValueError("it is JSON without a list of items")
        return [_json_entry(entry) for entry in found]
    return _xml_entries(content)


def _json_entry(entry: Any) -> Any:
    """A JSON Feed entry has names of its own."""
    if not isinstance(entry, dict):
        return entry
    names = {"date_published": "created_at", "content_text": "text"}
    return {names.get(name, name): value for name, value in entry.items()}


def _xml_entries(content: bytes) -> list[dict[str, Any]]:
    try:
        import feedparser  # type: ignore[import-untyped]
    except ImportError:
        raise MissingExtraError(
            "RSS and Atom feeds need feedparser.", remedy='Run: pip install "chainzoo[apps]"'
        ) from None
    from bs4 import BeautifulSoup

    parsed = feedparser.parse(content)
    if not parsed.entries and (parsed.bozo or not parsed.version):
        raise ValueError("it is neither RSS, Atom nor JSON")
    rows = []
    for entry in parsed.entries:
        when = entry.get("published_parsed") or entry.get("updated_parsed")
        plain = BeautifulSoup(entry.get("summary", ""), "html.parser").get_text(" ", strip=True)
        row = {
            "title": entry.get("title"),
            "summary": plain,
            "id": entry.get("id") or entry.get("link"),
        }
        if when:
            row["published"] = format_datetime(datetime.fromtimestamp(timegm(when), UTC))
        rows.append({name: value for name, value in row.items() if value})
    return rows

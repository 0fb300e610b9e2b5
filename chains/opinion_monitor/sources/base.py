"""What every source of posts implements.

A source keeps no state of its own that matters: the caller passes the stored positions in, and each
item carries the position after it. The caller stores positions in one transaction with the posts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

MAX_INVALID_CHARACTERS = 500  # Of a row that is not JSON, for the record of rejected rows.


@dataclass(frozen=True, slots=True)
class SourceItem:
    """A row of a source, and the position after it.

    ``problem`` says why there is no row to parse; it is empty otherwise.
    """

    source: str
    row: Any
    position: str
    problem: str = ""


class PostSource(Protocol):
    """Reads what is available now. ``ended`` is true once nothing can come any more."""

    ended: bool

    def read(
        self, positions: Mapping[str, str], max_items: int, *, final: bool
    ) -> list[SourceItem]:
        """Return up to ``max_items`` items after ``positions``.

        ``final`` says that nobody writes to the source any more and nobody waits for it.
        """
        ...


def parse_json_row(text: str) -> tuple[Any, str]:
    """Return a row and an empty problem, or the beginning of the text and the problem."""
    try:
        return json.loads(text), ""
    except (ValueError, RecursionError) as error:
        return text[:MAX_INVALID_CHARACTERS], f"not JSON: {error}"

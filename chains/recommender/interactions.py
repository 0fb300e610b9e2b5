"""Interactions of users with items, loaded from tables of events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from chains.recommender.errors import RecommenderError
from chains.recommender.items import Item
from chains.recommender.tables import as_text, find_columns, load_table, table_name

if TYPE_CHECKING:
    import pandas as pd

EVENT_STRENGTH = {"view": 0.3, "click": 0.5, "rating": 1.0, "review": 1.0, "purchase": 1.0}
MIN_RATING_STRENGTH = 0.05
MIN_MILLISECONDS = 1e11  # Larger numbers are milliseconds since 1970, smaller ones seconds.
FIELDS = ("user", "item", "time", "rating", "event")


@dataclass(frozen=True, slots=True)
class Interactions:
    """Columns of interactions in the order of time; users and items by their index.

    ``time`` is in seconds since 1970, ``strength`` from 0 to 1. ``liked`` says whether the user
    liked the item; it is false for low ratings alone.
    """

    user: NDArray[np.int64]
    item: NDArray[np.int64]
    time: NDArray[np.int64]
    strength: NDArray[np.float32]
    liked: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.user)

    def where(self, mask: NDArray[np.bool_]) -> Interactions:
        """Return the interactions that a boolean mask selects."""
        return Interactions(
            self.user[mask], self.item[mask], self.time[mask], self.strength[mask], self.liked[mask]
        )


class LoadedInteractions(NamedTuple):
    """Interactions, the ids of the users by index, and notes on rows that were left out."""

    interactions: Interactions
    users: tuple[str, ...]
    notes: list[str]


def load_interactions(
    source: Any,
    items: Sequence[Item],
    columns: Mapping[str, str] | None = None,
    min_liked_rating: float = 0.7,
) -> LoadedInteractions:
    """Load events with a user, an item and a time from a file or a data frame.

    A rating is a share of the highest rating of the table; a row without one has the strength of
    its kind of event.

    Raises:
        RecommenderError: the table cannot be parsed, a column is missing, a time or a kind of event
            is unknown, or no event is of a known item.
    """
    frame, name = load_table(source), table_name(source)
    found = find_columns(source, frame, FIELDS, columns, required=("user", "item", "time"))
    index_of = {item.id: index for index, item in enumerate(items)}
    item_index = frame[found["item"]].map(as_text).map(index_of)
    user_ids = frame[found["user"]].map(as_text)
    known = item_index.notna() & (user_ids != "")
    if not known.any():
        raise RecommenderError(
            f"{name}: none of the {len(frame):,} events is of an item that is in the items' file.",
            remedy="Both files must use the same item ids; --column item=NAME names their column.",
        )
    times = _parse_times(frame[found["time"]], name)
    strength, liked = _strengths(frame, found, name, min_liked_rating)
    kept = np.flatnonzero(known.to_numpy())
    order = kept[np.argsort(times[kept], kind="stable")]
    users, user_index = np.unique(user_ids.to_numpy(dtype=str)[order], return_inverse=True)
    interactions = Interactions(
        user_index.astype(np.int64),
        item_index.to_numpy()[order].astype(np.int64),
        times[order],
        strength[order],
        liked[order],
    )
    unknown = int((~known).sum())
    note = f"{unknown:,} of {len(frame):,} events are of unknown items; left out."
    return LoadedInteractions(interactions, tuple(map(str, users)), [note] if unknown else [])


def _strengths(
    frame: pd.DataFrame, found: Mapping[str, str], name: str, min_liked_rating: float
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Return the strength of each row, and whether the item was liked."""
    import pandas as pd

    strength = np.ones(len(frame))
    if "event" in found:
        strength = _event_strengths(frame[found["event"]], name)
    liked = np.ones(len(frame), dtype=bool)
    if "rating" in found:
        ratings = pd.to_numeric(frame[found["rating"]], errors="coerce").to_numpy(float)
        rated = np.isfinite(ratings)
        if rated.any():
            share = np.clip(ratings / max(np.nanmax(ratings), 1e-9), MIN_RATING_STRENGTH, 1)
            strength = np.where(rated, share * strength, strength)
            liked = np.where(rated, share >= min_liked_rating - 1e-9, liked)
    return strength.astype(np.float32), liked


def _event_strengths(column: pd.Series[Any], name: str) -> NDArray[np.float64]:
    kinds = column.map(as_text).str.lower()
    unknown = kinds[~kinds.isin(EVENT_STRENGTH)]
    if len(unknown):
        raise RecommenderError(
            f"{name}: {unknown.iloc[0]!r} is not a known kind of event; known are"
            f" {', '.join(EVENT_STRENGTH)}.",
            remedy="Rename the events, or leave the column out.",
        )
    return np.asarray(kinds.map(EVENT_STRENGTH), dtype=np.float64)


def _parse_times(column: pd.Series[Any], name: str) -> NDArray[np.int64]:
    """Return seconds since 1970, from seconds, milliseconds or dates."""
    import pandas as pd

    numbers = pd.to_numeric(column, errors="coerce")
    if numbers.notna().all():
        seconds = numbers.to_numpy(float)
        return np.where(seconds > MIN_MILLISECONDS, seconds / 1000, seconds).astype(np.int64)
    dates = pd.to_datetime(column, errors="coerce", utc=True, format="mixed")
    if dates.isna().any():
        row = int(dates.isna().to_numpy().argmax())
        raise RecommenderError(
            f"{name}, row {row + 1}: {str(column.iloc[row])[:40]!r} is not a time.",
            remedy="Give dates (2026-03-01 12:00) or seconds since 1970.",
        )
    return np.asarray(dates.dt.as_unit("s").astype("int64"), dtype=np.int64)

"""Items and events, read from CSV, TSV, JSON Lines or Parquet, in the columns people really have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from chains.recommender.problems import RecommenderError

if TYPE_CHECKING:
    import pandas as pd

# What a column may be called, lower case and without marks.
NAMES: dict[str, tuple[str, ...]] = {
    "item": ("itemid", "movieid", "productid", "item", "product", "movie", "asin", "sku", "id"),
    "title": ("title", "name", "itemname", "productname"),
    "description": ("description", "summary", "overview", "plot", "abstract", "text"),
    "tags": ("tags", "keywords", "tag"),
    "genres": ("genres", "genre", "categories", "category"),
    "user": ("userid", "user", "customerid", "customer", "visitorid", "reviewerid"),
    "time": ("timestamp", "time", "date", "datetime", "createdat", "when"),
    "rating": ("rating", "stars", "score", "overall"),
    "event": ("event", "type", "action", "kind", "eventtype"),
    "review": ("review", "reviewtext", "comment"),
}
STRENGTH = {"view": 0.3, "click": 0.5, "rating": 1.0, "review": 1.0, "purchase": 1.0}
MANY = 32  # Words of reviews and tags that an item's text takes at most.


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that can be recommended."""

    id: str
    title: str
    text: str
    genres: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Events:
    """Who did what when, in the order of time; users and items by their number.

    ``strength`` is from 0 to 1; ``liked`` says whether the event speaks for the item.
    """

    user: NDArray[np.int64]
    item: NDArray[np.int64]
    time: NDArray[np.int64]
    strength: NDArray[np.float32]
    liked: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.user)

    def where(self, mask: NDArray[np.bool_]) -> Events:
        """Those events alone."""
        return Events(
            self.user[mask], self.item[mask], self.time[mask], self.strength[mask], self.liked[mask]
        )


def read_items(source: Any, columns: Mapping[str, str] | None = None) -> list[Item]:
    """Items with their texts; the first of several with one id counts.

    Raises:
        RecommenderError: the file cannot be read, or has no column of ids or titles.
    """
    frame, name = _frame(source), _name(source)
    found = _columns(frame, ("item", "title", "description", "tags", "genres"), columns)
    for needed in ("item", "title"):
        if needed not in found:
            raise _lacking(name, needed, frame)
    items: dict[str, Item] = {}
    for row in frame.to_dict("records"):
        key = _text(row[found["item"]])
        title = _text(row[found["title"]])
        if not key or not title or key in items:
            continue
        genres = _list(row.get(found.get("genres", "")))
        about = [title, _text(row.get(found.get("description", "")))]
        words = ", ".join(_list(row.get(found.get("tags", "")))[:MANY])
        parts = [*about, f"Genres: {', '.join(genres)}" if genres else "", words]
        items[key] = Item(key, title, ". ".join(p.rstrip(".") for p in parts if p), genres)
    if not items:
        raise RecommenderError(f"{name} holds no item with an id and a title.")
    return list(items.values())


def read_events(
    source: Any,
    items: Sequence[Item],
    columns: Mapping[str, str] | None = None,
    liked_from: float = 0.7,
) -> tuple[Events, tuple[str, ...], list[str]]:
    """Events, the names of the users by number, and notes on what was left out.

    Raises:
        RecommenderError: a column is missing, a time or rating is none, or no item is known.
    """
    import pandas as pd

    frame, name = _frame(source), _name(source)
    found = _columns(frame, ("user", "item", "time", "rating", "event"), columns)
    for needed in ("user", "item", "time"):
        if needed not in found:
            raise _lacking(name, needed, frame)
    number = {item.id: at for at, item in enumerate(items)}
    keys = frame[found["item"]].map(_text).map(number)
    people = frame[found["user"]].map(_text)
    known = keys.notna() & (people != "")
    notes = [f"{(~known).sum():,} of {len(frame):,} events are of unknown items; left out."]
    if not known.any():
        raise RecommenderError(
            f"{name}: none of the {len(frame):,} events is of an item that is in the items' file.",
            remedy="Both files must call items by the same ids; --column item=NAME names them.",
        )
    times = _times(frame[found["time"]], name)
    strength, liked = _strengths(frame, found, name, liked_from)
    chosen = np.flatnonzero(known.to_numpy())
    order = chosen[np.argsort(times[chosen], kind="stable")]
    users, codes = np.unique(people.to_numpy(dtype=str)[order], return_inverse=True)
    events = Events(
        codes.astype(np.int64),
        keys.to_numpy()[order].astype(np.int64),
        times[order],
        strength[order],
        liked[order],
    )
    assert isinstance(frame, pd.DataFrame)
    return events, tuple(map(str, users)), [] if known.all() else notes


def _strengths(
    frame: pd.DataFrame, found: Mapping[str, str], name: str, liked_from: float
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """A rating counts by its share of the highest one; other events by their kind."""
    import pandas as pd

    kinds = frame[found["event"]].map(_text).str.lower() if "event" in found else None
    if kinds is not None and not kinds.isin(STRENGTH).all():
        odd = kinds[~kinds.isin(STRENGTH)].iloc[0]
        raise RecommenderError(
            f"{name}: {odd!r} is no kind of event; known are {', '.join(STRENGTH)}.",
            remedy="Rename the events, or leave the column out.",
        )
    plain = kinds.map(STRENGTH).to_numpy(float) if kinds is not None else np.ones(len(frame))
    liked = np.ones(len(frame), dtype=bool)
    if "rating" in found:
        told = pd.to_numeric(frame[found["rating"]], errors="coerce").to_numpy(float)
        rated = np.isfinite(told)
        share = np.clip(told / max(np.nanmax(told), 1e-9), 0.05, 1) if rated.any() else told
        plain = np.where(rated, share * plain, plain)
        liked = np.where(rated, share >= liked_from - 1e-9, liked)
    return plain.astype(np.float32), liked


def _times(column: pd.Series[Any], name: str) -> NDArray[np.int64]:
    """Seconds since 1970, from seconds, milliseconds or dates."""
    import pandas as pd

    numbers = pd.to_numeric(column, errors="coerce")
    if numbers.notna().all():
        seconds = numbers.to_numpy(float)
        return np.where(seconds > 1e11, seconds / 1000, seconds).astype(np.int64)
    dates = pd.to_datetime(column, errors="coerce", utc=True, format="mixed")
    if dates.isna().any():
        at = int(dates.isna().to_numpy().argmax())
        raise RecommenderError(
            f"{name}, row {at + 1}: {str(column.iloc[at])[:40]!r} is not a time.",
            remedy="Give dates (2026-03-01 12:00) or seconds since 1970.",
        )
    return np.asarray(dates.dt.as_unit("s").astype("int64"), dtype=np.int64)


def _frame(source: Any) -> pd.DataFrame:
    import pandas as pd

    if isinstance(source, pd.DataFrame):
        return source
    path = Path(source)
    try:
        if path.suffix.lower() in (".jsonl", ".ndjson"):
            return pd.read_json(path, lines=True, dtype=False)
        if path.suffix.lower() == ".parquet":
            return pd.read_parquet(path)
        separator = "\t" if path.suffix.lower() == ".tsv" else ","
        return pd.read_csv(path, sep=separator, encoding="utf-8-sig", dtype=str)
    except FileNotFoundError:
        raise RecommenderError(f"There is no file {path}.") from None
    except (ValueError, OSError) as error:
        raise RecommenderError(
            f"{path} cannot be read: {error}.",
            remedy="Give CSV, TSV, JSON Lines or Parquet in UTF-8.",
        ) from None


def _columns(
    frame: pd.DataFrame, wanted: Sequence[str], told: Mapping[str, str] | None
) -> dict[str, str]:
    plain = {str(c).lower().replace("_", "").replace(" ", ""): str(c) for c in frame.columns}
    found = {}
    for what in wanted:
        named = (told or {}).get(what)
        if named is not None:
            if named in frame.columns:
                found[what] = named
            continue
        match = next((plain[name] for name in NAMES[what] if name in plain), None)
        if match is not None and match not in found.values():
            found[what] = match
    return found


def _lacking(name: str, what: str, frame: pd.DataFrame) -> RecommenderError:
    there = ", ".join(map(str, frame.columns))
    return RecommenderError(
        f"{name} has no column for the {what}; there are {there}.",
        remedy=f"Name it: --column {what}=COLUMN",
    )


def _name(source: Any) -> str:
    return Path(source).name if isinstance(source, str | Path) else "the table"


def _text(value: Any) -> str:
    if value is None or value != value:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return " ".join(str(value).split())


def _list(value: Any) -> tuple[str, ...]:
    """``Drama|War``, ``drama, war`` or a list."""
    if isinstance(value, list | tuple):
        return tuple(_text(part) for part in value if _text(part))
    for mark in ("|", ";", ","):
        if mark in _text(value):
            return tuple(part.strip() for part in _text(value).split(mark) if part.strip())
    text = _text(value)
    return () if not text or text == "(no genres listed)" else (text,)

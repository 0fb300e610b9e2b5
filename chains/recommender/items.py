"""Items and their texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chains.recommender.errors import RecommenderError
from chains.recommender.tables import as_list, as_text, find_columns, load_table, table_name

MAX_TAGS = 32  # Tags that an item's text holds.
FIELDS = ("item", "title", "description", "tags", "genres")


@dataclass(frozen=True, slots=True)
class Item:
    """Something that can be recommended; ``text`` is what is embedded."""

    id: str
    title: str
    text: str
    genres: tuple[str, ...] = ()


def load_items(source: Any, columns: Mapping[str, str] | None = None) -> list[Item]:
    """Load items from a file or a data frame; of several rows with one id, the first counts.

    ``columns`` maps fields to names of columns that are not found by their usual names.

    Raises:
        RecommenderError: the table cannot be parsed, or has no column of ids or titles, or no item.
    """
    frame = load_table(source)
    found = find_columns(source, frame, FIELDS, columns, required=("item", "title"))
    items: dict[str, Item] = {}
    for row in frame.to_dict("records"):
        values = {field: row.get(column) for field, column in found.items()}
        item_id, title = as_text(values["item"]), as_text(values["title"])
        if item_id and title and item_id not in items:
            genres = as_list(values.get("genres"))
            items[item_id] = Item(item_id, title, _item_text(title, genres, values), genres)
    if not items:
        raise RecommenderError(
            f"{table_name(source)} has no item with an id and a title.",
            remedy="Fill in both columns.",
        )
    return list(items.values())


def _item_text(title: str, genres: tuple[str, ...], values: Mapping[str, Any]) -> str:
    parts = [
        title,
        as_text(values.get("description")),
        f"Genres: {', '.join(genres)}" if genres else "",
        ", ".join(as_list(values.get("tags"))[:MAX_TAGS]),
    ]
    return ". ".join(part.rstrip(".") for part in parts if part)

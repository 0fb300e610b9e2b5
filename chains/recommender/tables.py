"""Load tables (CSV, TSV, JSON Lines, Parquet, data frames) and find their columns by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chains.recommender.errors import RecommenderError

if TYPE_CHECKING:
    import pandas as pd

# Names that a column may have, in lower case without underscores and spaces.
COLUMN_NAMES: dict[str, tuple[str, ...]] = {
    "item": ("itemid", "movieid", "productid", "item", "product", "movie", "asin", "sku", "id"),
    "title": ("title", "name", "itemname", "productname"),
    "description": ("description", "summary", "overview", "plot", "abstract", "text"),
    "tags": ("tags", "keywords", "tag"),
    "genres": ("genres", "genre", "categories", "category"),
    "user": ("userid", "user", "customerid", "customer", "visitorid", "reviewerid"),
    "time": ("timestamp", "time", "date", "datetime", "createdat", "when"),
    "rating": ("rating", "stars", "score", "overall"),
    "event": ("event", "type", "action", "kind", "eventtype"),
}
LIST_SEPARATORS = ("|", ";", ",")
NO_GENRES = "(no genres listed)"


def load_table(source: Any) -> pd.DataFrame:
    """Return a data frame, or load one from a file.

    Raises:
        RecommenderError: the file does not exist or cannot be parsed.
    """
    import pandas as pd

    if isinstance(source, pd.DataFrame):
        return source
    path = Path(source)
    suffix = path.suffix.lower()
    try:
        if suffix in (".jsonl", ".ndjson"):
            return pd.read_json(path, lines=True, dtype=False)
        if suffix == ".parquet":
            return pd.read_parquet(path)
        separator = "\t" if suffix == ".tsv" else ","
        return pd.read_csv(path, sep=separator, encoding="utf-8-sig", dtype=str)
    except FileNotFoundError:
        raise RecommenderError(f"There is no file {path}.", remedy="Check the path.") from None
    except (ValueError, OSError) as error:
        raise RecommenderError(
            f"{path} cannot be parsed: {error}.",
            remedy="Give CSV, TSV, JSON Lines or Parquet in UTF-8.",
        ) from None


def table_name(source: Any) -> str:
    """Return what messages call a table."""
    return Path(source).name if isinstance(source, str | Path) else "the table"


def find_columns(
    source: Any,
    frame: pd.DataFrame,
    fields: Sequence[str],
    columns: Mapping[str, str] | None,
    required: Sequence[str],
) -> dict[str, str]:
    """Map fields to the columns that hold them; ``columns`` overrides the usual names.

    Raises:
        RecommenderError: there is no column for a required field.
    """
    normalized = {_normalize(name): str(name) for name in frame.columns}
    found: dict[str, str] = {}
    for field in fields:
        override = (columns or {}).get(field)
        if override is not None:
            if override in frame.columns:
                found[field] = override
            continue
        known = (normalized[name] for name in COLUMN_NAMES[field] if name in normalized)
        match = next(known, None)
        if match is not None and match not in found.values():
            found[field] = match
    for field in required:
        if field not in found:
            raise RecommenderError(
                f"{table_name(source)} has no column for the {field}; there are"
                f" {', '.join(map(str, frame.columns))}.",
                remedy=f"Name it: --column {field}=COLUMN",
            )
    return found


def _normalize(column: Any) -> str:
    return str(column).lower().replace("_", "").replace(" ", "")


def as_text(value: Any) -> str:
    """Return a cell as a text without repeated spaces; empty for a missing value."""
    if value is None or value != value:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return " ".join(str(value).split())


def as_list(value: Any) -> tuple[str, ...]:
    """Return the parts of ``Drama|War``, ``drama, war`` or a list."""
    if isinstance(value, list | tuple):
        return tuple(as_text(part) for part in value if as_text(part))
    text = as_text(value)
    for separator in LIST_SEPARATORS:
        if separator in text:
            return tuple(part.strip() for part in text.split(separator) if part.strip())
    return () if not text or text == NO_GENRES else (text,)

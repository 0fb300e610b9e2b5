"""Model cards in TOML files: reading them, and card files of other packages.

Another package adds cards with :func:`register_cards`, or with an entry point of the group
``chainzoo.cards`` that loads a function; it returns the path of a TOML file or of a folder of them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from chainzoo.catalog.card import ModelCard
from chainzoo.errors import CatalogError
from chainzoo.extension_points import ExtensionPoint

_card_files: ExtensionPoint[Callable[[], str | Path]] = ExtensionPoint("chainzoo.cards", {})


def register_cards(path: str | Path) -> None:
    """Add the cards in a TOML file, or in a folder of them, for the life of the process."""
    _card_files.register(str(path), lambda: path)


def unregister_cards(path: str | Path) -> None:
    """Remove the cards that :func:`register_cards` added."""
    _card_files.unregister(str(path))


def built_in_cards() -> Iterator[ModelCard]:
    """Read the cards that ship with ChainZoo."""
    return read_cards(Path(str(files("chainzoo.catalog") / "cards")))


def added_cards() -> Iterator[ModelCard]:
    """Read the cards of other packages.

    Raises:
        CatalogError: a file is malformed.
        PluginError: an entry point cannot be loaded.
    """
    for find_path in _card_files.load_all().values():
        yield from read_cards(Path(find_path()))


def read_cards(path: Path) -> Iterator[ModelCard]:
    """Read the cards in a TOML file, or in all TOML files of a folder.

    Raises:
        CatalogError: a file is not TOML, or a card does not fit the schema; both are named.
    """
    for file in sorted(path.glob("*.toml")) if path.is_dir() else [path]:
        try:
            document = tomllib.loads(file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise CatalogError(f"{file}: {error}.", remedy="Correct that line.") from None
        for number, values in enumerate(document.get("card", []), start=1):
            yield _parse_card(values, file, number)


def _parse_card(values: dict[str, Any], file: Path, number: int) -> ModelCard:
    for source in values.get("sources", []):
        if source.get("kind") == "folder" and source.get("folder"):
            # A folder is relative to the file that names it.
            source["folder"] = str(file.parent / Path(source["folder"]).expanduser())
    try:
        return ModelCard.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        name = values.get("id", "no id")
        raise CatalogError(
            f"{file}, card {number} ({name}), field {field!r}: {first['msg']}.",
            remedy="Correct that field, or leave out a fact that you do not know.",
        ) from None

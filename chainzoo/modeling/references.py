"""Resolve the name of a model (card id, ``name@version``, ``name@alias``, folder) to its folders."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, cast

from chainzoo.catalog import Catalog, ModelCard
from chainzoo.catalog.fetch import fetch, ignore_progress
from chainzoo.catalog.sources import Progress
from chainzoo.errors import RegistryError, UnknownModelError, UnknownReferenceError
from chainzoo.home import Home
from chainzoo.modeling.conversion import convert
from chainzoo.modeling.pooling import Pooling
from chainzoo.registry import ModelRecord, Registry

ReferenceKind = Literal["folder", "card", "version"]


class Versions(Protocol):
    """What finds a published version: a ``Registry``, or a cache in front of one."""

    def get(self, ref: str) -> ModelRecord:
        """The version that ``ref`` names."""
        ...


@dataclass(frozen=True, slots=True)
class ModelFolders:
    """Local folders of a model: its own, and that of the base whose weights it needs."""

    folder: Path
    base: Path | None = None


@dataclass(frozen=True, slots=True)
class ModelReference:
    """What a name stands for: exactly one of ``path``, ``card`` and ``record`` is set.

    ``ref`` is the canonical name: the folder's path, the card's id, or ``name@version``.
    """

    home: Home
    ref: str
    path: Path | None = None
    card: ModelCard | None = None
    record: ModelRecord | None = None

    @property
    def kind(self) -> ReferenceKind:
        """``folder``, ``card`` or ``version``."""
        return "folder" if self.path else "card" if self.card else "version"

    @property
    def pooling(self) -> Pooling:
        """How the encoder's token vectors become one: as the recipe or the card says, else ``mean``."""
        stated = self.card.pooling if self.card else None
        if self.record is not None:
            stated = cast("Pooling | None", self.record.lineage.recipe.get("pooling"))
        return stated or "mean"

    def fetch(self, progress: Progress = ignore_progress) -> ModelFolders:
        """Return the model's folders; download and verify the weights of a card first.

        Raises:
            FetchError: weights cannot be had. RegistryError: a file of the version is damaged.
        """
        if self.path is not None:
            return ModelFolders(self.path)
        if self.card is not None:
            return ModelFolders(fetch_weights(self.card, self.home, progress))
        record = cast(ModelRecord, self.record)
        folder = Registry(self.home).path(record)
        if record.method == "full":
            return ModelFolders(folder)
        base = Catalog.load(self.home).get(record.base)
        return ModelFolders(folder, fetch_weights(base, self.home, progress))


def resolve(
    home: Home,
    ref: str,
    accept: tuple[ReferenceKind, ...] = ("card", "version"),
    *,
    versions: Versions | None = None,
) -> ModelReference:
    """What ``ref`` names, of the kinds in ``accept``. Nothing is downloaded or loaded.

    An existing folder goes before a card, and a card before a tuned model of the same name unless
    a version or an alias is given. ``versions`` is asked instead of the home's registry.

    Raises:
        UnknownReferenceError: ``ref`` names nothing of these kinds.
    """
    path = Path(ref).expanduser()
    if "folder" in accept and path.is_dir():
        return ModelReference(home, str(path.absolute()), path=path.absolute())
    remedy = "See `chainzoo models` and `chainzoo list` for all."
    if "card" in accept and "@" not in ref:
        catalog = Catalog.load(home)
        card = next((card for card in catalog if card.id == ref), None)
        if card is not None:
            return ModelReference(home, card.id, card=card)
        remedy = catalog.suggestions(ref)
    if "version" in accept and (versions is not None or home.root.is_dir()):
        try:
            record = (versions or Registry(home)).get(ref)
        except UnknownModelError as error:
            if "card" not in accept or "@" in ref:
                raise UnknownReferenceError(error.message, remedy=error.remedy) from None
        except RegistryError:  # A name that no version can have.
            pass
        else:
            return ModelReference(home, record.ref, record=record)
    names = {"folder": "a folder", "version": "a tuned model", "card": "a card"}
    kinds = [text for kind, text in names.items() if kind in accept]
    text = f"neither {', nor '.join(kinds)}" if len(kinds) > 1 else f"not {kinds[0]}"
    raise UnknownReferenceError(f"{ref!r} is {text}.", remedy=remedy)


def fetch_weights(card: ModelCard, home: Home, progress: Progress = ignore_progress) -> Path:
    """The folder with a card's weights as safetensors, its configuration and its tokenizer.

    Raises:
        FetchError: no source of the card has them; each source's reason is given.
    """
    return fetch(card, home, progress, convert=convert)

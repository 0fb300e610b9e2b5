"""Which files the agent may touch: those below a few folders, wherever links seem to lead."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from chainzoo.errors import AgentError


@dataclass(frozen=True, slots=True)
class AllowedPaths:
    """The allowed folders, links resolved: the working folder, the home, and ``more``.

    What is below the home is read and not written, so that talk cannot put files among the models
    and cards; a working folder that is itself inside the home is an exception a person chose.
    """

    working: Path
    home: Path
    more: tuple[Path, ...] = ()

    @classmethod
    def of(
        cls,
        home: Path,
        more: Iterable[str | Path] | None = None,
        working: str | Path | None = None,
    ) -> AllowedPaths:
        """The roots of a home; ``working`` is the current folder when it is left out."""
        here = Path(working) if working is not None else Path.cwd()
        others = tuple(Path(folder).expanduser().resolve() for folder in more or ())
        return cls(here.expanduser().resolve(), home.resolve(), others)

    def existing(self, path: str | Path) -> Path:
        """The real path of a file or folder that may be read.

        Raises:
            AgentError: it lies outside, or there is none; the names that there are, are told.
        """
        found = self._resolve(path)
        if self._nearest(found) is None:
            raise self._refused(path)
        if not found.exists():
            raise AgentError(f"There is no file {path}.{_beside(found)}", remedy="Check the name.")
        return found

    def writing(self, path: str | Path) -> Path:
        """The real path of a new file that may be written.

        Raises:
            AgentError: it lies outside, or in the home, or there is something already.
        """
        found = self._resolve(path)
        nearest = self._nearest(found)
        if nearest is None:
            raise self._refused(path)
        if nearest == self.home and self.home not in (self.working, *self.more):
            raise AgentError(
                f"{path} is in the home, where ChainZoo keeps what it makes.",
                remedy=f"Name an output in {self.working}.",
            )
        if found.exists():
            raise AgentError(f"{path} is there already.", remedy="Name another output.")
        return found

    def check_links(self, folder: Path) -> None:
        """Refuse a folder in which a link leads out of the roots.

        Raises:
            AgentError: names the link.
        """
        for link in _links(folder):
            if self._nearest(self._resolve(link)) is None:
                raise AgentError(
                    f"{str(link)!r} is a link out of the folders that I may touch.",
                    remedy="Remove the link, or allow with --root the folder that it leads to.",
                )

    def _resolve(self, path: str | Path) -> Path:
        try:
            return (self.working / Path(path).expanduser()).resolve()
        except (OSError, RuntimeError, ValueError) as error:
            raise AgentError(
                f"{str(path)[:200]!r} cannot be a path: {error}.", remedy="Name a file."
            ) from None

    def _nearest(self, path: Path) -> Path | None:
        """The deepest root that holds ``path``."""
        holding = [r for r in (self.working, self.home, *self.more) if path.is_relative_to(r)]
        return max(holding, key=lambda root: len(root.parts), default=None)

    def _refused(self, path: str | Path) -> AgentError:
        return AgentError(
            f"{path} is outside the folders that I may touch.",
            remedy="Copy it into the working folder, or allow its folder with --root.",
        )


def _links(folder: Path) -> Iterator[Path]:
    """The symbolic links below a folder, and below the folders that they lead to."""
    seen: set[Path] = set()
    waiting = [folder]
    while waiting:
        if (place := waiting.pop().resolve()) in seen:
            continue
        seen.add(place)
        for parent, folders, files in os.walk(place):
            for name in (*folders, *files):
                path = Path(parent) / name
                if path.is_symlink():
                    yield path
                    if path.is_dir():
                        waiting.append(path)


def _beside(path: Path) -> str:
    """The files that may have been meant by a name that does not exist."""
    near = sorted(p.name for p in path.parent.glob("*") if p.is_file())[:8]
    return f" There are {', '.join(near)}." if near else ""

"""Which files the agent may access: those below a few folders, after symbolic links are resolved."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from chainzoo.errors import AgentError

MAX_SUGGESTIONS = 8


@dataclass(frozen=True, slots=True)
class AllowedPaths:
    """The allowed folders, symbolic links resolved: the working folder, the home, and ``extra``.

    Files below the home may be read but not written, so that the agent cannot put files among the
    models and cards. A working folder or an extra folder inside the home may be written to.
    """

    working: Path
    home: Path
    extra: tuple[Path, ...] = ()

    @classmethod
    def of(
        cls,
        home: Path,
        extra: Iterable[str | Path] | None = None,
        working: str | Path | None = None,
    ) -> AllowedPaths:
        """The allowed folders of a home; ``working`` defaults to the current folder."""
        current = Path(working) if working is not None else Path.cwd()
        others = tuple(Path(folder).expanduser().resolve() for folder in extra or ())
        return cls(current.expanduser().resolve(), home.resolve(), others)

    def resolve_readable(self, path: str | Path) -> Path:
        """The resolved path of an existing file or folder that may be read.

        Raises:
            AgentError: the path is outside the allowed folders, or does not exist; the message
                names files that do.
        """
        resolved = self._resolve(path)
        if self._deepest_root(resolved) is None:
            raise self._outside(path)
        if not resolved.exists():
            raise AgentError(
                f"There is no file {path}.{_suggestions(resolved)}", remedy="Check the name."
            )
        return resolved

    def resolve_writable(self, path: str | Path) -> Path:
        """The resolved path of a new file that may be written.

        Raises:
            AgentError: the path is outside the allowed folders, below the home, or exists.
        """
        resolved = self._resolve(path)
        root = self._deepest_root(resolved)
        if root is None:
            raise self._outside(path)
        if root == self.home and self.home not in (self.working, *self.extra):
            raise AgentError(
                f"{path} is in the home, which only ChainZoo itself writes to.",
                remedy=f"Name an output in {self.working}.",
            )
        if resolved.exists():
            raise AgentError(f"{path} already exists.", remedy="Name another output.")
        return resolved

    def check_links(self, folder: Path) -> None:
        """Check that no symbolic link below a folder leads out of the allowed folders.

        Raises:
            AgentError: a link does; the message names it.
        """
        for link in _symbolic_links(folder):
            if self._deepest_root(self._resolve(link)) is None:
                raise AgentError(
                    f"{str(link)!r} is a link out of the allowed folders.",
                    remedy="Remove the link, or allow the folder that it leads to with --root.",
                )

    def _resolve(self, path: str | Path) -> Path:
        try:
            return (self.working / Path(path).expanduser()).resolve()
        except (OSError, RuntimeError, ValueError) as error:
            raise AgentError(
                f"{str(path)[:200]!r} is not a valid path: {error}.", remedy="Name a file."
            ) from None

    def _deepest_root(self, path: Path) -> Path | None:
        """The deepest allowed folder that contains ``path``."""
        roots = [r for r in (self.working, self.home, *self.extra) if path.is_relative_to(r)]
        return max(roots, key=lambda root: len(root.parts), default=None)

    def _outside(self, path: str | Path) -> AgentError:
        return AgentError(
            f"{path} is outside the allowed folders.",
            remedy="Copy it into the working folder, or allow its folder with --root.",
        )


def _symbolic_links(folder: Path) -> Iterator[Path]:
    """The symbolic links below a folder, and below the folders that they lead to."""
    visited: set[Path] = set()
    pending = [folder]
    while pending:
        if (current := pending.pop().resolve()) in visited:
            continue
        visited.add(current)
        for parent, folders, files in os.walk(current):
            for name in (*folders, *files):
                path = Path(parent) / name
                if path.is_symlink():
                    yield path
                    if path.is_dir():
                        pending.append(path)


def _suggestions(path: Path) -> str:
    """A sentence with files in the same folder, for a name that does not exist."""
    names = sorted(p.name for p in path.parent.glob("*") if p.is_file())[:MAX_SUGGESTIONS]
    return f" There are {', '.join(names)}." if names else ""

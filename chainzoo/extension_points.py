"""Extension points: the implementations of a family, built in, registered, or of other packages.

``chainzoo.plugins`` documents the families and has the public names for those who add to them.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Collection, Iterable, Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Generic, TypeVar, cast

from chainzoo.errors import PluginError

T = TypeVar("T")


def find_entry_points(group: str) -> dict[str, EntryPoint]:
    """Find the entry points of a group by name, sorted by name; nothing is imported."""
    return {point.name: point for point in sorted(entry_points(group=group), key=lambda p: p.name)}


def load_entry_point(point: EntryPoint) -> object:
    """Import the object of an entry point.

    Raises:
        PluginError: the import failed; the package and the remedy are named.
    """
    try:
        return cast(object, point.load())
    except Exception as error:
        package = point.dist.name if point.dist is not None else point.module.partition(".")[0]
        reason = f"{type(error).__name__}: {error}".rstrip(".")
        raise PluginError(
            f"The plugin {point.name!r} of the package {package!r} ({point.group} ="
            f" {point.value}) cannot be loaded: {reason}.",
            remedy=f"Upgrade it (pip install --upgrade {package}) or remove it"
            f" (pip uninstall {package}).",
        ) from error


def load_entry_points(group: str) -> dict[str, object]:
    """Import the objects of all entry points of a group, by name, sorted by name.

    Raises:
        PluginError: one of them cannot be imported.
    """
    return {name: load_entry_point(point) for name, point in find_entry_points(group).items()}


def built_in_modules(
    path: Iterable[str], package: str, attribute: str, exclude: Collection[str] = ()
) -> dict[str, str]:
    """List a package's modules as ``{module name: "package.module:attribute"}``.

    Args:
        path: the package's ``__path__``.
        package: the package's ``__name__``.
        attribute: the name under which each module keeps its implementation.
        exclude: modules that hold no implementation.
    """
    names = (info.name for info in pkgutil.iter_modules(path))
    return {name: f"{package}.{name}:{attribute}" for name in names if name not in exclude}


class ExtensionPoint(Generic[T]):
    """The implementations of one family, by name.

    A name is looked up among those that the program registered, then among the built-in ones,
    then among the entry points of ``group``. Built-in implementations are given as
    ``{name: "module:attribute"}`` and imported when they are first asked for.
    """

    def __init__(self, group: str, built_in: Mapping[str, str]) -> None:
        self.group = group
        self._built_in = {name: EntryPoint(name, value, group) for name, value in built_in.items()}
        self._registered: dict[str, T] = {}

    def register(self, name: str, implementation: T) -> None:
        """Add an implementation, or replace the one of that name, for the life of the process."""
        self._registered[name] = implementation

    def unregister(self, name: str) -> None:
        """Remove what :meth:`register` added under ``name``; nothing happens if there is none."""
        self._registered.pop(name, None)

    def names(self) -> tuple[str, ...]:
        """List the names of all implementations, sorted; nothing is imported."""
        return tuple(sorted({*self._registered, *self._built_in, *find_entry_points(self.group)}))

    def get(self, name: str) -> T | None:
        """Return the implementation of that name, or ``None``.

        Raises:
            PluginError: it belongs to another package and cannot be imported.
        """
        if name in self._registered:
            return self._registered[name]
        if name in self._built_in:
            return cast(T, self._built_in[name].load())
        point = find_entry_points(self.group).get(name)
        return cast(T, load_entry_point(point)) if point is not None else None

    def load_all(self) -> dict[str, T]:
        """Return all implementations by name, sorted by name.

        Raises:
            PluginError: one of another package cannot be imported.
        """
        implementations = {**cast(dict[str, T], load_entry_points(self.group))}
        implementations |= {name: cast(T, point.load()) for name, point in self._built_in.items()}
        implementations |= self._registered
        return dict(sorted(implementations.items()))

"""Verbs from outside: entry points of the group ``chainzoo.commands``, each a click command."""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import click

GROUP = "chainzoo.commands"


def add_to(group: click.Group) -> None:
    """Add what installed packages offer. One that cannot be loaded says so when it is called."""
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        if point.name in group.commands:
            continue  # Our own verbs cannot be replaced.
        group.add_command(_loaded(point), point.name)


def _loaded(point: EntryPoint) -> Any:
    try:
        return point.load()
    except Exception as error:
        return _broken(point, error)


def _broken(point: EntryPoint, error: Exception) -> Any:
    import click

    from chainzoo.errors import PluginError

    def tell(**_: Any) -> None:
        raise PluginError(
            f"The verb {point.name!r} ({point.value}) cannot be loaded: {error}.",
            remedy="Install the package again, or remove it.",
        )

    return click.Command(
        point.name,
        callback=tell,
        help="Cannot be loaded; call it to see why.",
        context_settings={"ignore_unknown_options": True},
        params=[click.Argument(["rest"], nargs=-1)],
    )

"""Commands of other packages: entry points of the group ``chainzoo.commands``."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from typing import Any

import click

from chainzoo.cli.sections import SectionedGroup
from chainzoo.errors import PluginError
from chainzoo.extension_points import find_entry_points, load_entry_point

ENTRY_POINT_GROUP = "chainzoo.commands"
SECTION = "Applications and plugins"


def add_to(group: SectionedGroup) -> None:
    """Add the commands that installed packages offer; ChainZoo's own cannot be replaced.

    A command that cannot be loaded is listed, and raises its PluginError when it is called.
    """
    for name, point in find_entry_points(ENTRY_POINT_GROUP).items():
        if name not in group.commands:
            group.add_to_section(SECTION, _load(point), name)


def _load(point: EntryPoint) -> click.Command:
    try:
        command = load_entry_point(point)
    except PluginError as error:
        return _broken_command(point, error)
    if isinstance(command, click.Command):
        return command
    return _broken_command(
        point,
        PluginError(
            f"The command {point.name!r} ({point.value}) is not a click command.",
            remedy="Report this to the authors of the package.",
        ),
    )


def _broken_command(point: EntryPoint, error: PluginError) -> click.Command:
    def fail(**_: Any) -> None:
        raise error

    return click.Command(
        point.name,
        callback=fail,
        help="Cannot be loaded; call it to see why.",
        context_settings={"ignore_unknown_options": True},
        params=[click.Argument(["arguments"], nargs=-1)],
    )

"""The command line: all commands in one group. Commands import what they need when they are called."""

from __future__ import annotations

from typing import Any

import click

from chainzoo import __version__
from chainzoo.cli import plugins
from chainzoo.cli.commands import (
    catalog,
    chat,
    data,
    evaluation,
    export,
    models,
    selection,
    server,
    sweep,
    tuning,
)
from chainzoo.cli.sections import SectionedGroup

MODULES: tuple[Any, ...] = (
    catalog,
    data,
    selection,
    tuning,
    sweep,
    evaluation,
    models,
    export,
    chat,
    server,
)
ENVIRONMENT_PREFIX = "CHAINZOO"


def build_app() -> SectionedGroup:
    """Build the group with every command, those of plugins included."""

    @click.group(
        cls=SectionedGroup,
        context_settings={
            "help_option_names": ["-h", "--help"],
            "max_content_width": 100,
            "auto_envvar_prefix": ENVIRONMENT_PREFIX,
        },
        epilog="Start with:  chainzoo models --task text-classification --max-size-mb 100",
    )
    @click.version_option(__version__, prog_name="chainzoo")
    def group() -> None:
        """Find, tune, evaluate and call models. Every command has --help with an example, and --json.

        An option can also be set in the environment, by the names of the command and the option:
        CHAINZOO_TUNE_EPOCHS=2 stands for `chainzoo tune --epochs 2`. CHAINZOO_HOME is the folder
        that holds weights, runs and models; the default is ~/.chainzoo.
        """

    for module in MODULES:
        for command in module.COMMANDS:
            group.add_to_section(module.SECTION, command)
    plugins.add_to(group)
    return group

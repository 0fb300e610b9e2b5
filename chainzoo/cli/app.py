"""All verbs in one parser. The modules of the verbs load what they need when they are called."""

from __future__ import annotations

from typing import Any

from chainzoo import __version__
from chainzoo.cli import plugins
from chainzoo.cli.commands import (
    catalog,
    chat,
    data,
    evaluation,
    export,
    models,
    server,
    sweep,
    tuning,
)

MODULES = (catalog, data, tuning, sweep, evaluation, models, chat, export, server, plugins)


def build_app() -> Any:
    """The click group with every verb."""
    import click

    @click.group(
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
        epilog="Start with:  chainzoo models --task text-classification --max-size-mb 100",
    )
    @click.version_option(__version__, prog_name="chainzoo")
    def group() -> None:
        """Pick, tune, judge and call models. Every verb has --help with an example, and --json."""

    for module in MODULES:
        module.add_to(group)
    return group

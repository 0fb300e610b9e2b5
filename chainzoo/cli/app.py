"""All verbs in one parser. The modules of the verbs load what they need when they are called."""

from __future__ import annotations

from typing import Any

from chainzoo.cli import (
    catalog_verbs,
    chat_verbs,
    data_verbs,
    export_verbs,
    judging_verbs,
    model_verbs,
    plugins,
    search_verbs,
    server_verbs,
    tuning_verbs,
)

MODULES = (
    catalog_verbs,
    data_verbs,
    tuning_verbs,
    search_verbs,
    judging_verbs,
    model_verbs,
    chat_verbs,
    export_verbs,
    server_verbs,
    plugins,
)


def build_app() -> Any:
    """The click group with every verb."""
    import click

    @click.group(
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
        epilog="Start with:  chainzoo models --task text-classification --max-size-mb 100",
    )
    @click.version_option(package_name="chainzoo")
    def group() -> None:
        """Pick, tune, judge and call models. Every verb has --help with an example, and --json."""

    for module in MODULES:
        module.add_to(group)
    return group

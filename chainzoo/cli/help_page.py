"""The help of every command as one page.

``python -m chainzoo.cli.help_page > docs/help.md`` writes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

WIDTH = 100


def help_page() -> str:
    """Render the page in Markdown."""
    from chainzoo.cli.app import build_app

    parts = ["# The output of `chainzoo --help`", *_sections(build_app(), "chainzoo", None)]
    return "\n\n".join(parts) + "\n"


def _sections(command: Any, name: str, parent: Any) -> Iterator[str]:
    """The help of a command, followed by that of its subcommands."""
    import click

    context = click.Context(
        command, info_name=name, parent=parent, terminal_width=WIDTH, **command.context_settings
    )
    path = context.command_path
    yield f"## {path}\n\n```\n{command.get_help(context).rstrip()}\n```"
    for child in sorted(getattr(command, "commands", {})):
        yield from _sections(command.commands[child], child, context)


if __name__ == "__main__":
    print(help_page(), end="")

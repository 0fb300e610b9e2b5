"""A click group whose help lists the commands under headings."""

from __future__ import annotations

from typing import Any

import click


class SectionedGroup(click.Group):
    """Commands under headings, in the order in which they were added."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sections: dict[str, list[str]] = {}

    def add_to_section(self, heading: str, command: click.Command, name: str | None = None) -> None:
        """Add a command under a heading."""
        self.add_command(command, name)
        self.sections.setdefault(heading, []).append(name or str(command.name))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands section by section."""
        width = max(map(len, self.commands), default=0)
        limit = formatter.width - 6 - width
        for heading, names in self.sections.items():
            rows = [
                (name.ljust(width), self.commands[name].get_short_help_str(limit)) for name in names
            ]
            with formatter.section(heading):
                formatter.write_dl(rows)

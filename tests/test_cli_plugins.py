"""Commands of other packages: added by entry point, never able to break or replace our own."""

from __future__ import annotations

from importlib.metadata import EntryPoint

import click
import pytest

from chainzoo import extension_points as entry_points
from chainzoo.cli import plugins
from chainzoo.cli.sections import SectionedGroup
from chainzoo.errors import PluginError

VALUES = {
    "hello": "test_cli_plugins:hello",
    "tune": "test_cli_plugins:hello",
    "broken": "test_cli_plugins:nosuch",
    "number": "test_cli_plugins:NUMBER",
}
NUMBER = 1


@click.command()
def hello() -> None:
    """Say hello."""
    click.echo("hello")


@pytest.fixture
def group(monkeypatch: pytest.MonkeyPatch) -> SectionedGroup:
    """A group with a command of its own, and four that a package offers."""
    points = [EntryPoint(name, value, plugins.ENTRY_POINT_GROUP) for name, value in VALUES.items()]
    monkeypatch.setattr(entry_points, "entry_points", lambda group: points)
    app = SectionedGroup("zoo")
    app.add_to_section("Ours", click.Command("tune", help="Ours."))
    plugins.add_to(app)
    return app


def test_a_command_of_a_package_is_added_under_a_heading(group: SectionedGroup) -> None:
    assert group.commands["hello"].help == "Say hello."
    assert group.sections == {"Ours": ["tune"], plugins.SECTION: ["broken", "hello", "number"]}


def test_a_command_of_ours_cannot_be_replaced(group: SectionedGroup) -> None:
    assert group.commands["tune"].help == "Ours."


@pytest.mark.parametrize(
    ("name", "message"),
    [("broken", "'broken' .* cannot be loaded"), ("number", "is not a click command")],
)
def test_a_broken_command_raises_when_it_is_called(
    group: SectionedGroup, name: str, message: str
) -> None:
    with pytest.raises(PluginError, match=message):
        group([name, "--anything", "x"], standalone_mode=False)

"""Verbs that other packages add: found by entry point, never able to break or replace our own."""

from __future__ import annotations

from importlib.metadata import EntryPoint

import click
import pytest

from chainzoo.cli import plugins
from chainzoo.errors import PluginError

VALUES = {
    "hello": "test_cli_plugins:hello",
    "tune": "test_cli_plugins:hello",
    "broken": "test_cli_plugins:nosuch",
}


@click.command()
def hello() -> None:
    """Say hello."""
    click.echo("hello")


@pytest.fixture
def group(monkeypatch: pytest.MonkeyPatch) -> click.Group:
    """A command line with a verb of its own, and three that a package offers."""
    points = [EntryPoint(name, value, plugins.GROUP) for name, value in VALUES.items()]
    monkeypatch.setattr(plugins, "entry_points", lambda group: points)
    found = click.Group("zoo", commands={"tune": click.Command("tune", help="Ours.")})
    plugins.add_to(found)
    return found


def test_a_verb_is_added(group: click.Group) -> None:
    assert group.commands["hello"].help == "Say hello."


def test_ours_stay_ours(group: click.Group) -> None:
    assert group.commands["tune"].help == "Ours."


def test_a_broken_one_says_so_when_it_is_called(group: click.Group) -> None:
    with pytest.raises(PluginError, match=r"'broken' \(test_cli_plugins:nosuch\) cannot be loaded"):
        group(["broken", "--anything", "x"], standalone_mode=False)

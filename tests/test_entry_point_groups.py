"""The groups of entry points: each one that is documented belongs to a family, and is loaded."""

from __future__ import annotations

import re
from importlib.metadata import EntryPoint
from typing import Any

import pytest

from chainzoo import extension_points, plugins
from chainzoo.catalog import card_files
from chainzoo.catalog.sources import source
from chainzoo.cli import plugins as commands
from chainzoo.data import annotations, converters, readers
from chainzoo.tasks import TASKS, get_task, task_names

FAMILIES: tuple[extension_points.ExtensionPoint[Any], ...] = (
    TASKS,
    readers._readers,
    converters._converters,
    annotations._formats,
    source.FETCHERS,
    card_files._card_files,
)
IMPLEMENTATION = object()


@pytest.fixture
def _installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A package with an entry point ``extra`` in every group."""

    def entry_points(group: str) -> list[EntryPoint]:
        return [EntryPoint("extra", "test_entry_point_groups:IMPLEMENTATION", group)]

    monkeypatch.setattr(extension_points, "entry_points", entry_points)


def test_the_documented_groups_are_those_of_the_families() -> None:
    documented = re.findall(r"^    (chainzoo\.\w+)  ", plugins.__doc__ or "", re.MULTILINE)
    groups = [*(family.group for family in FAMILIES), commands.ENTRY_POINT_GROUP]
    assert documented == groups


@pytest.mark.usefixtures("_installed")
@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.group)
def test_an_installed_implementation_is_loaded(
    family: extension_points.ExtensionPoint[Any],
) -> None:
    assert "extra" in family.names()
    assert type(family.get("extra")) is object


@pytest.mark.usefixtures("_installed")
def test_an_installed_task_is_found_by_its_name() -> None:
    assert "extra" in task_names()
    assert type(get_task("extra")) is object

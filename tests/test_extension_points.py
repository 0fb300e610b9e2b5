"""Extension points: registered, built-in and installed implementations, and broken plugins."""

from __future__ import annotations

from importlib.metadata import EntryPoint

import pytest

from chainzoo import extension_points
from chainzoo.errors import PluginError
from chainzoo.extension_points import ExtensionPoint, built_in_modules, load_entry_points

GROUP = "chainzoo.tests"


def install(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    """Make ``importlib.metadata`` report these entry points for every group."""

    def entry_points(group: str) -> list[EntryPoint]:
        return [EntryPoint(name, value, group) for name, value in values.items()]

    monkeypatch.setattr(extension_points, "entry_points", entry_points)


def test_entry_points_are_loaded_sorted_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, second="json:dumps", first="json:loads")
    loaded = load_entry_points(GROUP)
    assert [*loaded] == ["first", "second"]
    assert loaded["first"] is __import__("json").loads


@pytest.mark.parametrize("value", ["json:nosuch", "no_such_package.module:NAME"])
def test_a_broken_plugin_names_its_package_and_a_remedy(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    install(monkeypatch, broken=value)
    with pytest.raises(PluginError) as caught:
        load_entry_points(GROUP)
    package = value.partition(":")[0].partition(".")[0]
    assert f"'broken' of the package {package!r} (chainzoo.tests = {value})" in str(caught.value)
    assert f"pip uninstall {package}" in caught.value.remedy


def test_a_name_is_looked_up_among_registered_then_built_in_then_installed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    install(monkeypatch, both="json:dumps", installed="json:dump")
    point: ExtensionPoint[object] = ExtensionPoint(GROUP, {"both": "json:loads"})
    json = __import__("json")
    assert point.names() == ("both", "installed")
    assert point.get("both") is json.loads
    assert point.get("installed") is json.dump
    assert point.get("missing") is None
    point.register("both", "mine")
    assert point.get("both") == "mine"
    assert point.load_all() == {"both": "mine", "installed": json.dump}
    point.unregister("both")
    assert point.get("both") is json.loads


def test_a_broken_plugin_does_not_stop_the_lookup_of_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    install(monkeypatch, broken="json:nosuch")
    point: ExtensionPoint[object] = ExtensionPoint(GROUP, {"works": "json:loads"})
    assert point.get("works") is not None
    assert point.names() == ("broken", "works")
    with pytest.raises(PluginError):
        point.get("broken")


def test_built_in_modules_leave_out_the_excluded() -> None:
    import json

    found = built_in_modules(json.__path__, "json", "TOOL", exclude=("tool", "scanner"))
    assert found["decoder"] == "json.decoder:TOOL"
    assert not {"tool", "scanner"} & set(found)

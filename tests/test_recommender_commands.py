"""The commands below ``chainzoo recommend``."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from chains.recommender.commands import recommend
from chainzoo import Zoo
from chainzoo.home import Home
from tests.recommender_helpers import build_teas


def run(*arguments: str) -> str:
    result = CliRunner().invoke(recommend, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_ask_and_backtest(stocked: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    build_teas(Zoo(stocked))
    monkeypatch.setenv("CHAINZOO_HOME", str(stocked.root))
    assert len(json.loads(run("for", "teas", "--user", "c1", "--k", "4", "--json"))) == 4
    assert "Smoked" not in run("similar", "teas", "Peppermint")
    assert "teas" in json.loads(run("list", "--json"))
    methods = {m["method"]: m for m in json.loads(run("test", "teas", "--json"))["methods"]}
    assert {"popularity", "item-kNN", "factorization", "blend"} <= set(methods)
    assert all(0 <= scores["ndcg_at_10"] <= 1 for scores in methods.values())
    assert "recall@50" in run("test", "teas")


@pytest.mark.parametrize("name", sorted(recommend.commands))
def test_every_command_has_an_example_and_json_output(name: str) -> None:
    text = CliRunner().invoke(recommend, [name, "--help"]).output
    assert f"Example:  chainzoo recommend {name}" in text
    assert "--json" in text

"""The commands below ``chainzoo bot``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from chains.customer_service.audit_log import AuditLog
from chains.customer_service.commands import bot
from chains.customer_service.config import load_config
from chainzoo import DataError, UnknownModelError
from tests.bot_helpers import SHOP, Shop, build_shop


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, minilm: Path) -> Shop:
    return build_shop(tmp_path_factory, minilm)


def run(*arguments: str, text: str = "") -> str:
    result = CliRunner().invoke(bot, list(arguments), input=text, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_ask_forget_test_and_chat(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAINZOO_HOME", str(shop.home))
    turn = json.loads(run("ask", "shop", "is there a reduction for students?", "--json"))
    assert turn["kind"] == "answer"
    thread = AuditLog(load_config("shop", shop.home).folder / "log.db").turns()[-1]["thread"]
    assert json.loads(run("forget", "shop", thread, "--json"))["turns"] == 1
    assert "no conversation" in run("forget", "shop", thread)
    evaluation = json.loads(run("test", "shop", str(SHOP / "questions.csv"), "--json"))
    assert evaluation["questions"] == 9
    assert evaluation["correct"] >= 5
    assert evaluation["wrong"] <= 1
    assert evaluation["median_ms"] < 600
    lines = run("chat", "shop", "--json", text="hello\n/up\n/quit\nnever read\n").splitlines()
    assert [json.loads(line)["kind"] for line in lines] == ["small talk"]
    with pytest.raises(UnknownModelError, match="there are shop"):
        run("ask", "nobody", "hello")
    with pytest.raises(DataError, match="no turn 99999"):
        run("rate", "shop", "99999", "--up")


@pytest.mark.parametrize("name", sorted(bot.commands))
def test_every_command_has_an_example_and_json_output(name: str) -> None:
    text = CliRunner().invoke(bot, [name, "--help"]).output
    assert f"Example:  chainzoo bot {name}" in text
    assert "--json" in text

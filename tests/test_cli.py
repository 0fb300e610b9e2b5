"""The command line: help with examples, JSON, exit codes, and never a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chainzoo.cli import main
from chainzoo.cli.app import build_app
from chainzoo.home import Home
from chainzoo.zoo import Zoo

COMMANDS = [
    "advise",
    "ask",
    "bot",
    "chat",
    "compare",
    "delete",
    "describe",
    "embed",
    "evaluate",
    "export",
    "extract",
    "fetch",
    "holdout",
    "inspect",
    "list",
    "mcp",
    "models",
    "monitor",
    "predict",
    "promote",
    "recommend",
    "rollback",
    "runs",
    "serve",
    "stop",
    "sweep",
    "tune",
]


def paths(command: Any, *parents: str) -> Iterator[tuple[str, ...]]:
    """Every command that can be called by itself, and those below it."""
    children = getattr(command, "commands", {})
    if parents and (not children or command.invoke_without_command):
        yield parents
    for name, child in children.items():
        yield from paths(child, *parents, name)


@pytest.fixture(autouse=True)
def _home(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAINZOO_HOME", str(home.root))


def call(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as exit_info:
        main(arguments)
    printed = capsys.readouterr()
    return int(exit_info.value.code or 0), printed.out, printed.err


def test_all_commands_are_there_each_in_one_section() -> None:
    app = build_app()
    assert sorted(app.commands) == COMMANDS
    assert sorted(name for names in app.sections.values() for name in names) == COMMANDS


@pytest.mark.parametrize("command", sorted(paths(build_app())), ids=" ".join)
def test_help_has_an_example_and_json(
    capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    code, out, _ = call(capsys, *command, "--help")
    assert code == 0
    assert f"chainzoo {' '.join(command)}" in " ".join(out.split())
    assert "--json" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("predict", "nope", "text"), "There is no tuned model 'nope'"),
        (("models", "show", "nope"), "no model card 'nope'"),
        (("inspect", "nope.csv"), "no such file"),
        (("tune", "nope.csv"), "no such file"),
        (("stop", "nope"), "There is no run"),
    ],
)
def test_an_error_is_a_sentence(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], message: str
) -> None:
    code, out, err = call(capsys, *arguments)
    assert (code, out) == (1, "")
    assert message in " ".join(err.split())
    assert "Traceback" not in err


def test_misuse_exits_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert call(capsys, "predict", "a")[0] == 2
    assert call(capsys, "tune", "a.csv", "--method", "magic")[0] == 2
    assert call(capsys, "tune", "a.csv", "--lora-rank", "0")[0] == 2


def test_an_interrupt_exits_with_130(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(zoo: Zoo) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Zoo, "models", interrupt)
    code, out, err = call(capsys, "list")
    assert (code, out, err.strip()) == (130, "", "")


def test_an_unexpected_error_is_a_sentence_and_its_traceback_a_file(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, home: Home
) -> None:
    def fail(zoo: Zoo) -> None:
        raise RuntimeError("the disk is gone\nsecond line")

    monkeypatch.setattr(Zoo, "models", fail)
    code, out, err = call(capsys, "list")
    assert (code, out) == (1, "")
    assert "Unexpected error (RuntimeError): the disk is gone. See" in " ".join(err.split())
    assert "Traceback" not in err
    assert "second line" in (home.root / "last-error.txt").read_text()


def test_an_unexpected_error_is_reported_where_the_home_cannot_be_written(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, home: Home
) -> None:
    home.root.write_text("a file, not a folder")
    monkeypatch.setattr(Zoo, "models", lambda zoo: 1 / 0)
    code, _, err = call(capsys, "list")
    assert code == 1
    assert "Unexpected error (ZeroDivisionError): division by zero." in " ".join(err.split())


def test_a_closed_pipe_is_no_error() -> None:
    command = f"{sys.executable} -m chainzoo models --json | head -c 10"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert done.stderr == ""


def test_json_is_printed_alone(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "text,label\n" + "".join(f"some text {at},{'ab'[at % 2]}\n" for at in range(20))
    )
    inspection = json.loads(call(capsys, "inspect", str(path), "--json")[1])
    assert inspection["labels"] == {"a": 10, "b": 10}
    cards = json.loads(call(capsys, "models", "--task", "translation", "--json")[1])
    assert "opus-mt-en-zh" in {card["id"] for card in cards}
    assert json.loads(call(capsys, "list", "--json")[1]) == []


def test_an_option_is_read_from_the_environment(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHAINZOO_MODELS_TASK", "translation")
    cards = json.loads(call(capsys, "models", "--json")[1])
    assert cards
    assert all("translation" in card["tasks"] for card in cards)


def test_help_imports_nothing_heavy() -> None:
    """Also with the commands that other packages add."""
    arguments = [sys.executable, "-X", "importtime", "-m", "chainzoo", "--help"]
    done = subprocess.run(arguments, check=True, capture_output=True, text=True, env=os.environ)
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "click" in imported
    assert imported.isdisjoint({"torch", "transformers", "langchain_core", "numpy", "pydantic"})

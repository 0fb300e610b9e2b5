"""The terminal: help with examples, JSON, exit codes, never a traceback."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chainzoo.cli import main
from chainzoo.cli.app import build_app
from chainzoo.home import Home

VERBS = sorted(build_app().commands)


def paths(command: Any, *before: str) -> Iterator[tuple[str, ...]]:
    """Every verb that can be called by itself, and those below it."""
    below = getattr(command, "commands", {})
    if before and (not below or command.invoke_without_command):
        yield before
    for name, child in below.items():
        yield from paths(child, *before, name)


@pytest.fixture(autouse=True)
def _home(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAINZOO_HOME", str(home.root))


def call(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    printed = capsys.readouterr()
    return int(ended.value.code or 0), printed.out, printed.err


def test_all_verbs_are_there() -> None:
    wanted = (
        "advise ask bot chat compare delete describe embed evaluate export extract fetch holdout inspect list mcp"
        " models monitor predict promote recommend rollback runs serve stop sweep tune"
    )
    assert wanted.split() == VERBS


@pytest.mark.parametrize("verb", sorted(paths(build_app())), ids=" ".join)
def test_help_has_an_example_and_json(
    capsys: pytest.CaptureFixture[str], verb: tuple[str, ...]
) -> None:
    code, out, _ = call(capsys, *verb, "--help")
    assert code == 0
    assert f"chainzoo {' '.join(verb)}" in " ".join(out.split())
    assert "--json" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("predict", "nope", "text"), "There is no tuned model 'nope'"),
        (("models", "show", "nope"), "no model card 'nope'"),
        (("inspect", "nope.csv"), "no such file"),
        (("tune", "nope.csv"), "no such file"),
        (("stop", "nope"), "There is no run"),
    ],
)
def test_errors_are_sentences(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    code, out, err = call(capsys, *arguments)
    assert (code, out) == (1, "")
    assert said in " ".join(err.split())
    assert "Traceback" not in err


def test_misuse_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert call(capsys, "predict", "a")[0] == 2
    assert call(capsys, "tune", "a.csv", "--method", "magic")[0] == 2


def test_json(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "text,label\n" + "".join(f"some text {at},{'ab'[at % 2]}\n" for at in range(20))
    )
    found = json.loads(call(capsys, "inspect", str(path), "--json")[1])
    assert found["labels"] == {"a": 10, "b": 10}
    cards = json.loads(call(capsys, "models", "--task", "translation", "--json")[1])
    assert "opus-mt-en-zh" in {card["id"] for card in cards}
    assert json.loads(call(capsys, "list", "--json")[1]) == []


def test_help_loads_nothing_heavy() -> None:
    """Also with the verbs that other packages add."""
    told = [sys.executable, "-X", "importtime", "-m", "chainzoo", "--help"]
    done = subprocess.run(told, check=True, capture_output=True, text=True)
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "click" in loaded
    assert loaded.isdisjoint({"torch", "transformers", "langchain_core", "numpy", "pydantic"})

"""The commands below ``chainzoo monitor``, with tuned models."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from chains.opinion_monitor.commands import monitor
from chainzoo import Zoo
from chainzoo.home import Home
from tests.monitor_helpers import row, write_rows

TOPICS = {
    "rail": ("the train is late", "a new railway"),
    "food": ("good soup", "bread and cheese"),
}
SENTIMENTS = {
    "positive": "wonderful and great",
    "negative": "awful and bad",
    "neutral": "as always",
}


def tune_models(zoo: Zoo) -> None:
    """Tune a topic model ``about`` and a sentiment model ``mood``."""
    examples = [
        (topic, sentiment, f"{phrase} {opinion} {n}")
        for topic, phrases in TOPICS.items()
        for phrase in phrases
        for sentiment, opinion in SENTIMENTS.items()
        for n in range(4)
    ]
    for name, column in (("about", 0), ("mood", 1)):
        rows = [{"text": example[2], "label": example[column]} for example in examples]
        zoo.tune(rows, name=name, method="head", epochs=3).wait()


def run(*arguments: str) -> str:
    result = CliRunner().invoke(monitor, list(arguments), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_follow_then_query(stocked: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tune_models(Zoo(stocked))
    monkeypatch.setenv("CHAINZOO_HOME", str(stocked.root))
    monkeypatch.chdir(tmp_path)
    rows = [row(n, "the train is late, awful and bad", id=n) for n in range(5)]
    write_rows(tmp_path / "posts.jsonl", rows)

    models = ("--topics", "about", "--sentiment", "mood")
    output = run(*models, "--input", "posts.jsonl", "--alert", "terminal", "--json")
    assert json.loads(output)["posts"] == 5
    (rail,) = json.loads(run("report", "--kind", "topic", "--until", "2024-01-03", "--json"))
    assert (rail["name"], rail["posts"]) == ("rail", 3)
    assert len(json.loads(run("report", "--kind", "topic", "--by-window", "--json"))) == 5
    assert "rail" in run("report")
    assert "5 January 2024: 1 post" in run("brief")
    assert run("alerts") == "0 alerts.\n"
    run("charts", "--out", "page.html")
    run("charts", "--out", "page.png")
    page = (tmp_path / "page.html").read_text("utf-8")
    assert "http://" not in page
    assert "data:image/png;base64," in page
    assert (tmp_path / "page.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["backtest", "--sizes", "-2"], "--sizes are numbers above 0"),
        (["backtest", "--false-alerts-per-month", "0"], "--false-alerts-per-month: Input should"),
        ([], "Give --sentiment MODEL and --input SOURCE"),
    ],
)
def test_wrong_options_are_reported_as_usage_errors(arguments: list[str], message: str) -> None:
    result = CliRunner().invoke(monitor, arguments)
    assert result.exit_code == 2
    assert message in result.output


@pytest.mark.parametrize("name", sorted(monitor.commands))
def test_every_command_has_an_example_and_json_output(name: str) -> None:
    text = CliRunner().invoke(monitor, [name, "--help"]).output
    assert f"Example:  chainzoo monitor {name}" in text
    assert "--json" in text

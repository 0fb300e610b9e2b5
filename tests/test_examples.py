"""Every example runs, is short, and prints what a reader understands."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from chainzoo import tasks
from chainzoo.data import converters
from chainzoo.home import Home

EXAMPLES = Path(__file__).parents[1] / "examples"
APART = {"demo"}  # Run by `make demo`.
NAMES = sorted(path.stem for path in EXAMPLES.glob("*.py") if path.stem not in APART)
LONGEST = 80
SAYS = {
    "chat_with_agent": ("(called find_models)", "minilm-l6", "(called inspect_data)", "480"),
    "cited_answer": (
        "within 30 days of delivery",
        "[returns.md",
        "send the order again",
        "[delivery.md",
        "The policies do not say.",
    ),
    "compare_then_tune": ("s to train", "is best", "Tuned with", "on support_tickets_later.csv"),
    "custom_card": ("house-encoder", "house@1 stands on house-encoder"),
    "custom_task": ("patience@1: closeness", "Come at once, please: 1 days", "no hurry: 30 days"),
    "information_extraction": (
        "Clara Weiss | runs | Novak Ltd",
        "Brightwater | is in | Boston",
        "graph.graphml, graph.png",
    ),
    "lcel_chain": ("lcel@1", "delivery (", "login (", "refund ("),
    "ner_dataframe": ("Peter Hansen", "Madrid", "Laura Klein", "Rome"),
    "openai_client": (
        "boots -> refund",
        "parcel -> delivery",
        "Where is my order? / My parcel is late",
        "There is no tuned model 'ticket'",
        "('refund',)",
    ),
    "opinion_monitor": ("2 alerts", "ALERT critical: topic railway", "Alert, critical: all posts"),
    "recommender": ("because you liked", "Russian Caravan", "Peppermint in a tin"),
    "routing": ("-> effort: large", "-> mood: angry", "-> to the queue for login"),
    "tool_in_agent": ("tool: billing", "I have passed it on to the people for billing."),
}


@pytest.mark.parametrize("name", NAMES)
def test_it_runs(
    name: str, stocked: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CHAINZOO_HOME", str(stocked.root))
    monkeypatch.chdir(EXAMPLES.parent)
    monkeypatch.setattr(tasks.TASKS, "_registered", {})  # What an example registers ends with it.
    monkeypatch.setattr(converters._converters, "_registered", {})
    runpy.run_path(str(EXAMPLES / f"{name}.py"), run_name="__main__")
    said = capsys.readouterr().out
    assert said.strip()
    for part in SAYS.get(name, ()):
        assert part in said


@pytest.mark.parametrize("name", NAMES)
def test_it_is_short(name: str) -> None:
    text = (EXAMPLES / f"{name}.py").read_text(encoding="utf-8")
    assert len(text.splitlines()) < LONGEST
    assert text.startswith('"""')

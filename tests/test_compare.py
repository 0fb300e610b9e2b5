"""Compare models, and advise whether to tune, on the same rows."""

from __future__ import annotations

from pathlib import Path

from chainzoo.home import Home
from chainzoo.selection.result import Candidate, choose, with_front
from chainzoo.zoo import Zoo
from tests.tickets import sample_tickets


def candidate(name: str, score: float, ms: float, memory: float) -> Candidate:
    return Candidate(name, "lora", score, score, score, 1.0, ms, memory)


def test_the_pareto_front_and_the_choice() -> None:
    rows = (candidate("a", 0.92, 5, 90), candidate("b", 0.915, 2, 40), candidate("c", 0.8, 3, 50))
    marked = with_front(rows)
    assert [c.on_front for c in marked] == [True, True, False]
    taken, why = choose(marked, 1.0)
    assert taken.model == "b"
    assert "within half a point" in why
    alike, _ = choose((candidate("a", 0.92, 5, 90), candidate("b", 0.918, 5, 90)), 1.0)
    assert alike.model == "a"  # It is no larger, so the better one.


def test_compare_and_the_ladder_on_the_same_rows(stocked: Home, tmp_path: Path) -> None:
    zoo, data = Zoo(stocked), sample_tickets(tmp_path)
    found = zoo.compare(data)
    assert found.choice.score >= max(c.score for c in found.candidates) - 0.01
    assert {"minilm-l6 (frozen)", "simple (TF-IDF + logistic regression)"} <= {
        c.name for c in found.candidates
    }
    assert all(c.behind is not None for c in found.candidates[1:])
    advice = zoo.advise(data)
    assert [r.strategy for r in advice.strategies[:3]] == [
        "majority class",
        "TF-IDF + logistic regression",
        "frozen",
    ]
    best = max(strategy.score for strategy in advice.strategies)
    assert advice.choice.score >= best - 0.01
    assert advice.verdict.startswith(("Yes, tune", "No need to tune"))

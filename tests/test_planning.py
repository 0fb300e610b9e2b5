"""The plan of a fine-tuning: what it says, what its cost is based on, and its fingerprint."""

from __future__ import annotations

import csv
import time
from pathlib import Path

import pytest

from chainzoo import Zoo
from chainzoo.agent.planning import plan_fingerprint, plan_tuning
from chainzoo.agent.planning.memory import parameter_count, sum_memory_mb
from chainzoo.catalog import Catalog
from chainzoo.errors import DataError, RecipeError, UnknownCardError
from chainzoo.home import Home

TICKETS = Path(__file__).parents[1] / "examples/data/support_tickets.csv"


@pytest.fixture
def tickets(tmp_path: Path) -> str:
    """Eighty tickets."""
    lines = TICKETS.read_text(encoding="utf-8").splitlines()[:81]
    path = tmp_path / "tickets.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


def test_a_plan_states_settings_time_and_memory(stocked: Home, tickets: str) -> None:
    plan = plan_tuning(Zoo(stocked), tickets, method="lora", epochs=2)
    assert (plan.rows, plan.task, plan.model) == (80, "text-classification", "minilm-l6")
    assert (plan.method, plan.epochs, plan.batch_size, plan.name) == ("lora", 2, 8, "tickets")
    assert plan.learning_rate
    assert plan.basis.endswith("steps, timed")
    assert 0.1 < plan.minutes < 5
    assert 400 < plan.memory_mb < 2000
    assert plan.download_mb is None
    assert "Tune minilm-l6 (lora) on" in str(plan)
    assert "2 epochs, learning rate 0.002, batches of 8" in str(plan)
    assert plan_tuning(Zoo(stocked), tickets, method="lora", epochs=2) == plan, "timed once"
    longer = plan_tuning(Zoo(stocked), tickets, method="lora", epochs=50)
    assert longer.minutes > plan.minutes


def test_another_file_or_setting_changes_the_fingerprint(stocked: Home, tickets: str) -> None:
    first = plan_fingerprint(Zoo(stocked), tickets, epochs=2)
    assert plan_fingerprint(Zoo(stocked), tickets, epochs=2) == first
    assert plan_fingerprint(Zoo(stocked), tickets, epochs=2, method="lora", batch_size=8) == first
    assert plan_fingerprint(Zoo(stocked), tickets, epochs=3) != first
    assert plan_fingerprint(Zoo(stocked), tickets, epochs=2, name="other") != first
    with Path(tickets).open("a", newline="", encoding="utf-8") as file:
        csv.writer(file).writerow(["Something new", "bug"])
    assert plan_fingerprint(Zoo(stocked), tickets, epochs=2) != first


def test_an_earlier_run_on_the_same_data_is_the_estimate(
    stocked: Home, tickets: str, tmp_path: Path
) -> None:
    run = Zoo(stocked).tune(tickets, method="head", epochs=1, name="before")
    run.wait(120)
    started_at = time.monotonic()
    plan = plan_tuning(Zoo(stocked), tickets, method="head", epochs=1)
    assert time.monotonic() - started_at < 2
    assert plan.basis == f"as run {run.id} took on the same data"
    seconds = (run.record.updated_at - run.record.created_at).total_seconds()
    assert plan.minutes * 60 == pytest.approx(seconds, abs=1)
    other = plan_tuning(Zoo(stocked), tickets, method="lora", epochs=1)
    assert other.basis.endswith("steps, timed")


def test_a_plan_downloads_nothing(home: Home, tickets: str) -> None:
    plan = plan_tuning(Zoo(home), tickets, epochs=1)
    assert plan.download_mb == 91
    assert "rough guess" in plan.basis
    assert "91 MB are downloaded first" in str(plan)
    assert not home.weights.exists()


def test_memory_is_the_sum_of_libraries_weights_optimizer_and_activations(home: Home) -> None:
    # Weights: 3 copies of 4 bytes. Trained weights: 12 bytes. Activations: 4 batches.
    assert sum_memory_mb(1e6, 1e6, 0) == 600 + 12 + 12
    assert sum_memory_mb(2e6, 0, 1e6) == 600 + 24 + 4
    assert parameter_count(Catalog.load(home).get("minilm-l6")) == pytest.approx(22.7e6, rel=0.01)


def test_what_cannot_be_tuned_has_no_plan(stocked: Home, tickets: str, tmp_path: Path) -> None:
    with pytest.raises(UnknownCardError):
        plan_tuning(Zoo(stocked), tickets, model="nothing")
    with pytest.raises(RecipeError, match="epochs"):
        plan_tuning(Zoo(stocked), tickets, epochs=-1)
    (tmp_path / "one.csv").write_text("text,label\n" + "good,yes\n" * 20)
    with pytest.raises(DataError, match="only the label"):
        plan_tuning(Zoo(stocked), str(tmp_path / "one.csv"))

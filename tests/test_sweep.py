"""Sweeps: real trials with the small model, continued, pruned, interrupted and failed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chainzoo import Recipe, Zoo
from chainzoo.cli import main
from chainzoo.data.read import read_table
from chainzoo.errors import TuningError
from chainzoo.home import Home
from chainzoo.hpo.context import SweepPlan, read_trial_data
from chainzoo.tuning.events import TuningEvent
from chainzoo.tuning.splits import split_data
from tests.tickets import intent_tickets

HEAD = {"method": "head", "name": "few", "epochs": 1}
RATES = {"learning_rate": {"low": 1e-3, "high": 5e-2, "log": True}}


@pytest.fixture
def tickets(tmp_path: Path) -> Path:
    """Sixty tickets of three intents."""
    return intent_tickets(tmp_path, ("login", "refund", "bug"), 60)


def test_a_second_call_continues_to_the_requested_number_of_trials(
    stocked: Home, tickets: Path, tmp_path: Path
) -> None:
    zoo = Zoo(stocked)
    first = zoo.sweep(tickets, trials=2, space=RATES, **HEAD)
    assert [trial.state for trial in first.trials] == ["complete", "complete"]
    assert first.trials[0].defaults
    assert first.trials[0].params == {"learning_rate": 1e-2}
    assert first.metric == "accuracy"
    assert first.importance == {}  # Two trials are too few.

    started: set[int] = set()
    result = zoo.sweep(tickets, trials=4, space=RATES, on_event=lambda n, _: started.add(n), **HEAD)
    assert started == {2, 3}
    assert result.trials[:2] == first.trials
    assert len({trial.params["learning_rate"] for trial in result.trials}) == 4
    assert result.best.score == max(trial.score or 0 for trial in result.trials)
    assert result.recipe.learning_rate == result.best.params["learning_rate"]
    assert (result.recipe.method, result.recipe.epochs) == ("head", 1)
    assert result.importance in ({"learning_rate": 1.0}, {})
    assert (result.folder / "history.png").read_bytes().startswith(b"\x89PNG")
    assert [path.name for path in result.folder.iterdir() if path.is_dir()] == []

    result.write_recipe(tmp_path / "best.toml")
    assert Recipe.from_toml(tmp_path / "best.toml") == result.recipe
    assert json.loads(json.dumps(result.as_dict()))["best"]["number"] == result.best.number


def test_the_rows_that_the_model_will_be_evaluated_on_are_in_no_trial(
    home: Home, tickets: Path
) -> None:
    recipe = Recipe.of(validation_split=0.2)
    held_out = {example.text for example in split_data(home, read_table(tickets), recipe).dev}
    _, parts = read_trial_data(home, SweepPlan(str(tickets), recipe))
    seen = {example.text for example in (*parts.train, *parts.dev)}
    assert held_out
    assert not held_out & seen
    assert len(held_out) + len(parts.train) + len(parts.dev) == 60
    assert len(parts.dev) == pytest.approx(0.2 * len(seen), abs=2)


def test_a_trial_that_falls_behind_is_pruned(stocked: Home, tickets: Path) -> None:
    settings = {**HEAD, "epochs": 4, "seed": 5}  # A seed that draws both rates early.
    space = {"learning_rate": {"choices": [1e-2, 1e-8]}}
    epochs: list[float] = []

    def on_event(number: int, event: TuningEvent) -> None:
        if number == 4 and event.kind == "evaluated":
            epochs.append(event.values["epoch"])

    result = Zoo(stocked).sweep(tickets, trials=5, space=space, on_event=on_event, **settings)
    assert [trial.state for trial in result.trials] == ["complete"] * 4 + ["pruned"]
    assert result.trials[4].params == {"learning_rate": 1e-8}
    assert epochs[:2] == [1, 2]
    assert max(epochs) < 3
    assert result.best.params == {"learning_rate": 1e-2}
    assert result.importance == {"learning_rate": 1.0}
    assert (result.folder / "importance.png").read_bytes().startswith(b"\x89PNG")


def test_an_interrupted_trial_is_done_again_with_the_same_values(
    stocked: Home, tickets: Path
) -> None:
    zoo = Zoo(stocked)

    def interrupt(number: int, event: TuningEvent) -> None:
        if event.kind == "evaluated":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        zoo.sweep(tickets, trials=2, space=RATES, on_event=interrupt, **HEAD)
    result = zoo.sweep(tickets, trials=2, space=RATES, **HEAD)
    assert [trial.state for trial in result.trials] == ["interrupted", "complete", "complete"]
    assert result.trials[0].params == result.trials[1].params
    assert [trial.defaults for trial in result.trials] == [True, True, False]

    uninterrupted = zoo.sweep(tickets, trials=2, space=RATES, **{**HEAD, "name": "other"})
    assert [(t.params, t.score) for t in uninterrupted.trials] == [
        (t.params, t.score) for t in result.trials if t.state == "complete"
    ]


def test_a_failed_trial_does_not_end_the_sweep(stocked: Home, tickets: Path) -> None:
    diverging = {"method": "full", "optimizer": "sgd", "momentum": 0.99, "max_grad_norm": 0.0}
    settings = {"name": "few", "epochs": 2, "seed": 4, "batch_size": 4, **diverging}
    space = {"learning_rate": {"choices": [1e-3, 1.0]}}  # The seed draws the greater one first.
    result = Zoo(stocked).sweep(tickets, trials=2, space=space, **settings)
    assert [trial.state for trial in result.trials] == ["failed", "complete"]
    assert "Lower the learning rate" in (result.trials[0].error or "")
    assert result.best.params == {"learning_rate": 1e-3}
    assert result.best.defaults is False


def test_a_sweep_whose_trials_all_fail_gives_the_last_error(stocked: Home, tickets: Path) -> None:
    space = {"max_length": {"choices": [4096]}}
    with pytest.raises(TuningError, match=r"None of 2 trials .*at most 512 tokens"):
        Zoo(stocked).sweep(tickets, trials=2, space=space, **HEAD)


def test_no_trial_is_started_after_the_timeout(stocked: Home, tickets: Path) -> None:
    result = Zoo(stocked).sweep(tickets, trials=50, timeout=0.2, space=RATES, **HEAD)
    assert len(result.trials) == 1


def test_the_sweep_command_writes_the_recipe_and_tunes_with_it(
    stocked: Home,
    tickets: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("CHAINZOO_HOME", str(stocked.root))
    space, best = tickets.with_name("space.toml"), tickets.with_name("best.toml")
    space.write_text("[learning_rate]\nlow = 1e-3\nhigh = 5e-2\nlog = true\n")
    call = ["sweep", str(tickets), "--trials", "2", "--method", "head", "--epochs", "1"]
    call += ["--space", str(space), "--output", str(best)]
    with pytest.raises(SystemExit) as exit_info:
        main([*call, "--tune", "--json"])
    assert not exit_info.value.code
    printed = json.loads(capsys.readouterr().out)
    assert printed["model"]["ref"] == "few@1"
    assert len(printed["trials"]) == 2
    rate = Recipe.from_toml(best).learning_rate
    assert rate == printed["best"]["params"]["learning_rate"]
    assert printed["model"]["lineage"]["recipe"]["learning_rate"] == rate

    with pytest.raises(SystemExit):
        main(call)  # Nothing is left to run: the same is shown as text.
    text = " ".join(capsys.readouterr().out.split())
    assert printed["study"] in text
    assert f"The best recipe is in {best}".split("/")[0] in text

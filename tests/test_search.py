"""Search: real trials with the small model, gone on with, pruned, interrupted; and broken spaces."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

from chainzoo import Recipe, Zoo
from chainzoo.cli import main
from chainzoo.data.read import read
from chainzoo.errors import RecipeError, RegistryError, TuningError
from chainzoo.home import Home
from chainzoo.hpo.space import default_space
from chainzoo.hpo.study import open_study, records, take_up
from chainzoo.hpo.sweep import Space, SweepPlan, trial_parts
from chainzoo.registry.processes import hostname
from chainzoo.tuning.events import Event
from chainzoo.tuning.splits import split_data

TICKETS = Path(__file__).parents[1] / "examples/data/support_tickets.csv"
HEAD = {"method": "head", "name": "few", "epochs": 1}
RATES = {"learning_rate": {"low": 1e-3, "high": 5e-2, "log": True}}


@pytest.fixture
def tickets(tmp_path: Path) -> Path:
    """Sixty tickets of three intents."""
    with TICKETS.open(newline="") as file:
        rows = [r for r in csv.DictReader(file) if r["intent"] in ("login", "refund", "bug")]
    path = tmp_path / "few.csv"
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, ["text", "intent"])
        writer.writeheader()
        writer.writerows(rows[:60])
    return path


def test_it_finds_a_recipe_and_goes_on_to_the_wanted_number(
    stocked: Home, tickets: Path, tmp_path: Path
) -> None:
    zoo = Zoo(stocked)
    first = zoo.sweep(tickets, trials=2, space=RATES, **HEAD)
    assert [trial.state for trial in first.trials] == ["complete", "complete"]
    assert first.trials[0].defaults
    assert first.trials[0].params == {"learning_rate": 1e-2}
    assert first.metric == "accuracy"
    assert first.importance == {}  # Two trials tell nothing.

    begun = set()
    found = zoo.sweep(tickets, trials=4, space=RATES, listen=lambda n, _: begun.add(n), **HEAD)
    assert begun == {2, 3}
    assert found.trials[:2] == first.trials
    assert len({trial.params["learning_rate"] for trial in found.trials}) == 4
    assert found.best.score == max(trial.score or 0 for trial in found.trials)
    assert found.recipe.learning_rate == found.best.params["learning_rate"]
    assert (found.recipe.method, found.recipe.epochs) == ("head", 1)
    assert found.importance in ({"learning_rate": 1.0}, {})
    assert (found.folder / "history.png").read_bytes().startswith(b"\x89PNG")
    assert [path.name for path in found.folder.iterdir() if path.is_dir()] == []

    found.write_recipe(tmp_path / "best.toml")
    assert Recipe.from_toml(tmp_path / "best.toml") == found.recipe
    assert json.loads(json.dumps(found.as_dict()))["best"]["number"] == found.best.number


def test_the_rows_that_judge_the_model_are_not_looked_at(home: Home, tickets: Path) -> None:
    recipe = Recipe.of(holdout=0.2)
    held = {example.text for example in split_data(home, read(tickets), recipe).dev}
    _, parts = trial_parts(home, SweepPlan(str(tickets), recipe))
    seen = {example.text for example in (*parts.train, *parts.dev)}
    assert held
    assert not held & seen
    assert len(held) + len(parts.train) + len(parts.dev) == 60
    assert len(parts.dev) == pytest.approx(0.2 * len(seen), abs=2)


def test_a_trial_that_falls_behind_is_pruned(stocked: Home, tickets: Path) -> None:
    settings = {**HEAD, "epochs": 4, "seed": 5}  # A seed that draws both rates early.
    space = {"learning_rate": {"choices": [1e-2, 1e-8]}}
    epochs: list[float] = []

    def listen(number: int, event: Event) -> None:
        if number == 4 and event.kind == "evaluated":
            epochs.append(event.values["epoch"])

    found = Zoo(stocked).sweep(tickets, trials=5, space=space, listen=listen, **settings)
    assert [trial.state for trial in found.trials] == ["complete"] * 4 + ["pruned"]
    assert found.trials[4].params == {"learning_rate": 1e-8}
    assert epochs[:2] == [1, 2]
    assert max(epochs) < 3
    assert found.best.params == {"learning_rate": 1e-2}
    assert found.importance == {"learning_rate": 1.0}
    assert (found.folder / "importance.png").read_bytes().startswith(b"\x89PNG")


def test_an_interrupted_trial_is_done_again_with_the_same_values(
    stocked: Home, tickets: Path
) -> None:
    zoo = Zoo(stocked)

    def interrupt(number: int, event: Event) -> None:
        if event.kind == "evaluated":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        zoo.sweep(tickets, trials=2, space=RATES, listen=interrupt, **HEAD)
    found = zoo.sweep(tickets, trials=2, space=RATES, **HEAD)
    assert [trial.state for trial in found.trials] == ["interrupted", "complete", "complete"]
    assert found.trials[0].params == found.trials[1].params
    assert [trial.defaults for trial in found.trials] == [True, True, False]

    undisturbed = zoo.sweep(tickets, trials=2, space=RATES, **{**HEAD, "name": "other"})
    assert [(t.params, t.score) for t in undisturbed.trials] == [
        (t.params, t.score) for t in found.trials if t.state == "complete"
    ]


def test_a_trial_whose_process_died_is_taken_up(home: Home) -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    space = Space.of(RATES)
    with open_study(home, "a") as study:
        trial = study.ask(space.distributions)
        trial.set_user_attr("process", {"host": hostname(), "pid": child.pid, "started": 1.0})
        elsewhere = study.ask(space.distributions)
        elsewhere.set_user_attr("process", {"host": "elsewhere", "pid": 1, "started": 1.0})
    with open_study(home, "a") as study:
        assert take_up(study) == [0]
        assert take_up(study) == []
        assert [record.state for record in records(study)] == ["interrupted", "running"]
        assert study.ask(space.distributions).params == trial.params


def test_a_trial_that_fails_does_not_end_the_search(stocked: Home, tickets: Path) -> None:
    explosive = {"method": "full", "optimizer": "sgd", "momentum": 0.99, "clip": 0.0}
    settings = {"name": "few", "epochs": 2, "seed": 4, "batch_size": 4, **explosive}
    space = {"learning_rate": {"choices": [1e-3, 1.0]}}  # The seed draws the greater one first.
    found = Zoo(stocked).sweep(tickets, trials=2, space=space, **settings)
    assert [trial.state for trial in found.trials] == ["failed", "complete"]
    assert "Lower the learning rate" in (found.trials[0].error or "")
    assert found.best.params == {"learning_rate": 1e-3}
    assert found.best.defaults is False


def test_a_search_of_which_all_trials_fail_says_why(stocked: Home, tickets: Path) -> None:
    space = {"max_length": {"choices": [4096]}}
    with pytest.raises(TuningError, match=r"None of 2 trials .*512 tokens at most"):
        Zoo(stocked).sweep(tickets, trials=2, space=space, **HEAD)


def test_time_that_is_up_begins_no_further_trial(stocked: Home, tickets: Path) -> None:
    found = Zoo(stocked).sweep(tickets, trials=50, timeout=0.2, space=RATES, **HEAD)
    assert len(found.trials) == 1


def test_the_terminal(
    stocked: Home,
    tickets: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("CHAINZOO_HOME", str(stocked.root))
    space, best = tickets.with_name("space.toml"), tickets.with_name("best.toml")
    space.write_text("[learning_rate]\nlow = 1e-3\nhigh = 5e-2\nlog = true\n")
    call = ["search", str(tickets), "--trials", "2", "--method", "head", "--epochs", "1"]
    call += ["--space", str(space), "--output", str(best)]
    with pytest.raises(SystemExit) as ended:
        main([*call, "--tune", "--json"])
    assert not ended.value.code
    told = json.loads(capsys.readouterr().out)
    assert told["model"]["ref"] == "few@1"
    assert len(told["trials"]) == 2
    rate = Recipe.from_toml(best).learning_rate
    assert rate == told["best"]["params"]["learning_rate"]
    assert told["model"]["lineage"]["recipe"]["learning_rate"] == rate

    with pytest.raises(SystemExit):
        main(call)  # Nothing is left to do: the same is shown for reading.
    shown = " ".join(capsys.readouterr().out.split())
    assert told["study"] in shown
    assert f"The best recipe is in {best}".split("/")[0] in shown


@pytest.mark.parametrize(
    ("space", "said"),
    [
        ({}, "names no field"),
        ({"learning_rat": {"low": 1e-4, "high": 1e-2}}, "Did you mean 'learning_rate'?"),
        ({"seed": {"choices": [1, 2]}}, "'seed': it is the same in all trials"),
        ({"learning_rate": 1e-3}, "found 0.001. Give each field low and high"),
        ({"learning_rate": {"low": 1e-4}}, "low and high are needed, or choices"),
        ({"learning_rate": {"low": 1e-2, "high": 1e-4}}, "low (0.01) is not below high (0.0001)"),
        ({"learning_rate": {"low": 0.1, "high": 5}}, "less than or equal to 1, found 5.0"),
        ({"batch_size": {"choices": [8, 0]}}, "greater than or equal to 1, found 0"),
        ({"batch_size": {"low": 8, "high": 16, "step": 0.5}}, "valid integer"),
        ({"batch_size": {"choices": [8], "low": 2}}, "choices stand alone"),
        ({"warmup": {"low": 0.0, "high": 0.2, "log": True}}, "log wants a low above 0"),
        ({"warmup": {"low": 0.0, "high": 0.2, "step": 1}}, "step (1) is wider than the range"),
        ({"warmup": {"low": "much", "high": 0.2}}, "low: Input should be a valid number"),
        ({"schedule": {"low": 1, "high": 2}}, "'linear', 'cosine'"),
        ({"lora_rank": {"choices": [4, 8]}}, "lora_rank is searched, but the method is 'head'"),
        ({"epochs": {"low": 1, "high": 2}}, "epochs cannot be both told and searched"),
    ],
)
def test_a_broken_space_is_told_in_a_sentence(
    home: Home, space: dict[str, object], said: str
) -> None:
    with pytest.raises(RecipeError) as told:
        Zoo(home).sweep("few.csv", space=space, **HEAD)
    assert said in str(told.value)


def test_a_file_with_a_space(tmp_path: Path) -> None:
    path = tmp_path / "space.toml"
    with pytest.raises(RecipeError, match=r"space\.toml: No such file"):
        Space.from_toml(path)
    path.write_text("[learning_rate\n")
    with pytest.raises(RecipeError, match="not valid TOML"):
        Space.from_toml(path)
    path.write_text("[batch_size]\nchoices = [8, 16]\n[epochs]\nlow = 2\nhigh = 4\nstep = 1\n")
    space = Space.from_toml(path)
    assert space == Space.of(space.as_dict())
    assert space.within(Recipe.of(batch_size=8, epochs=2.5)) == {"batch_size": 8}


def test_what_is_searched_by_default() -> None:
    usual = Recipe.of(learning_rate=2e-3)
    space = default_space(Recipe.of(epochs=3), usual)
    rate = space.ranges["learning_rate"]
    assert (rate.low, rate.high, rate.log) == (pytest.approx(4e-4), pytest.approx(1e-2), True)
    assert "epochs" not in space.ranges
    assert "lora_rank" in space.ranges
    assert "lora_rank" not in default_space(Recipe.of(method="head"), usual).ranges
    with pytest.raises(RecipeError, match="fixes all"):
        default_space(Recipe.of(**usual.model_dump()).with_values(batch_size=8, dropout=0), usual)


def test_alpha_goes_with_the_rank_of_lora_unless_it_is_told() -> None:
    space = Space.of({"lora_rank": {"choices": [4, 64]}})
    assert space.recipe(Recipe.of(), {"lora_rank": 64}).lora_alpha == 128
    assert space.recipe(Recipe.of(lora_alpha=16), {"lora_rank": 64}).lora_alpha == 16


def test_a_database_that_is_none_is_told(home: Home) -> None:
    home.root.mkdir(parents=True)
    (home.root / "registry.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(RegistryError), open_study(home, "a"):
        pass

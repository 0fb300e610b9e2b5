"""Studies: trials in the registry's database."""

from __future__ import annotations

import subprocess
import sys

import pytest

from chainzoo.errors import RegistryError
from chainzoo.home import Home
from chainzoo.hpo.space import SearchSpace
from chainzoo.hpo.study import open_study, requeue_lost_trials, trial_records
from chainzoo.registry.processes import hostname

RATES = {"learning_rate": {"low": 1e-3, "high": 5e-2, "log": True}}


def test_a_trial_whose_process_died_is_queued_again(home: Home) -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    space = SearchSpace.of(RATES)
    with open_study(home, "a") as study:
        trial = study.ask(space.distributions)
        trial.set_user_attr("process", {"host": hostname(), "pid": child.pid, "started": 1.0})
        elsewhere = study.ask(space.distributions)
        elsewhere.set_user_attr("process", {"host": "elsewhere", "pid": 1, "started": 1.0})
    with open_study(home, "a") as study:
        assert requeue_lost_trials(study) == [0]
        assert requeue_lost_trials(study) == []
        assert [record.state for record in trial_records(study)] == ["interrupted", "running"]
        assert study.ask(space.distributions).params == trial.params


def test_a_damaged_database_is_a_registry_error(home: Home) -> None:
    home.root.mkdir(parents=True)
    (home.root / "registry.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(RegistryError), open_study(home, "a"):
        pass

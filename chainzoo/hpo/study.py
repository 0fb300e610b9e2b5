"""A study in the registry's database: opened, counted, and taken up where a process died."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from chainzoo.errors import RegistryError
from chainzoo.home import Home
from chainzoo.hpo.result import COUNTED, State, TrialRecord
from chainzoo.registry import Registry
from chainzoo.registry.database import BUSY_SECONDS
from chainzoo.registry.processes import hostname, process_start

if TYPE_CHECKING:
    from optuna.study import Study
    from optuna.trial import FrozenTrial

RANDOM = 8  # Trials drawn at random before the sampler goes by what it has seen.
WHOLE = 4  # Trials that came to their end before another is pruned.
SEEN = 2  # Epochs that every trial gets.
ABANDONED = timedelta(days=1)
START = timedelta(minutes=1)
LOCK = "search.lock"


@contextmanager
def open_study(home: Home, name: str) -> Iterator[Study]:
    """The study of that name in the registry's database, made when it is not there.

    Optuna keeps its tables beside the registry's own; none has the name of another. Trials are
    known to be alive by their process and not by a heartbeat: that would write to the database
    from a thread of its own all through the training, and notices a death only minutes later.

    Raises:
        RegistryError: the database cannot be used.
    """
    import optuna
    from filelock import FileLock
    from sqlalchemy.exc import SQLAlchemyError

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    url = Registry(home).engine.url.render_as_string(hide_password=False)
    options = {"timeout": BUSY_SECONDS} if url.startswith("sqlite") else {}
    try:
        with FileLock(home.root / LOCK):  # Two at once would both make the tables.
            storage = optuna.storages.RDBStorage(
                url.replace("{", "{{").replace("}", "}}"),  # It would fill in names in braces.
                engine_kwargs={"connect_args": options},
            )
    except (SQLAlchemyError, optuna.exceptions.OptunaError, RuntimeError) as error:
        raise _translate_errors(error) from None
    try:
        yield optuna.create_study(
            storage=storage,
            study_name=name,
            direction="maximize",
            load_if_exists=True,
            pruner=optuna.pruners.MedianPruner(n_startup_trials=WHOLE, n_warmup_steps=SEEN),
        )
    except (SQLAlchemyError, optuna.exceptions.StorageInternalError) as error:
        raise _translate_errors(error) from None
    finally:
        storage.remove_session()
        storage.engine.dispose()


def _translate_errors(error: Exception) -> RegistryError:
    cause = str(error.__cause__ or error).splitlines()[0]
    return RegistryError(
        f"The search cannot be kept in the registry's database: {cause}",
        remedy="Check that it can be written, and that Optuna has not become older since.",
    )


def prepare_next(study: Study, seed: int) -> None:
    """Set up the sampler for the next trial.

    It is seeded for every trial anew, by the number of trials before it, so that a search that
    was interrupted draws what the undisturbed one would have drawn.
    """
    import numpy as np
    from optuna.samplers import TPESampler

    # Mixed, not added: the next seed would else draw the same trials, one earlier.
    mixed = int(np.random.SeedSequence((seed, counted(study))).generate_state(1)[0])
    study.sampler = TPESampler(seed=mixed, n_startup_trials=RANDOM)


def take_up(study: Study) -> list[int]:
    """See to it that trials whose process died are done again; gives their numbers."""
    from optuna.trial import TrialState

    for trial in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
        if _is_dead(trial):
            study.tell(trial.number, state=TrialState.FAIL, skip_if_finished=True)
    trials = study.get_trials(deepcopy=False)
    again = {trial.user_attrs.get("again") for trial in trials}
    lost = [t for t in trials if _state(t) == "interrupted" and t.number not in again]
    for trial in lost:
        kept = {key: trial.user_attrs[key] for key in ("defaults",) if key in trial.user_attrs}
        study.enqueue_trial(trial.params, user_attrs={**kept, "again": trial.number})
    return [trial.number for trial in lost]


def offer_defaults(study: Study, params: Mapping[str, Any], whole: bool) -> None:
    """Let the first trial of a new study be that of the usual settings, to compare with.

    ``whole`` tells whether these are all of them, or only those that the space allows.
    """
    if params and not study.get_trials(deepcopy=False):
        study.enqueue_trial(dict(params), user_attrs={"defaults": whole}, skip_if_exists=True)


def this_process() -> dict[str, Any]:
    """Which process does a trial, as it is noted with it."""
    return {"host": hostname(), "pid": os.getpid(), "started": process_start(os.getpid())}


def counted(study: Study) -> int:
    """How many trials are done or under way; those that were interrupted do not count."""
    return sum(record.state in COUNTED for record in records(study))


def records(study: Study) -> tuple[TrialRecord, ...]:
    """The trials that were begun, in their order."""
    found = []
    for trial in study.get_trials(deepcopy=False):
        state = _state(trial)
        if state is None:
            continue
        told = trial.user_attrs
        found.append(
            TrialRecord(
                number=trial.number,
                state=state,
                score=trial.value if state in ("complete", "pruned") else None,
                params=dict(trial.params),
                seconds=round(trial.duration.total_seconds(), 1) if trial.duration else None,
                error=told.get("error"),
                defaults=bool(told.get("defaults")),
            )
        )
    return tuple(found)


def _state(trial: FrozenTrial) -> State | None:
    """The trial's state in our words: one that failed without an error was interrupted."""
    from optuna.trial import TrialState

    if trial.state == TrialState.FAIL:
        return "failed" if "error" in trial.user_attrs else "interrupted"
    states: dict[TrialState, State] = {
        TrialState.COMPLETE: "complete",
        TrialState.PRUNED: "pruned",
        TrialState.RUNNING: "running",
    }
    return states.get(trial.state)


def _is_dead(trial: FrozenTrial) -> bool:
    age = datetime.now() - (trial.datetime_start or datetime.now())
    process = trial.user_attrs.get("process")
    if process is None:  # Killed before it was noted.
        return age > START
    if process["host"] != hostname():  # Nobody here can ask after it.
        return age > ABANDONED
    return bool(process_start(process["pid"]) != process["started"])

"""Optuna studies in the registry's database: open one, count its trials, requeue lost ones."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from chainzoo.errors import RegistryError
from chainzoo.home import Home
from chainzoo.hpo.result import ENDED_STATES, TrialRecord, TrialState
from chainzoo.registry import Registry
from chainzoo.registry.database import BUSY_SECONDS
from chainzoo.registry.processes import hostname, process_start

if TYPE_CHECKING:
    from optuna.storages import RDBStorage
    from optuna.study import Study
    from optuna.trial import FrozenTrial

RANDOM_TRIALS = 8  # Drawn at random before the sampler uses earlier scores.
MIN_COMPLETE_TRIALS = 4  # Before another trial is pruned.
MIN_EPOCHS = 2  # Of every trial, before it may be pruned.
ABANDONED_AFTER = timedelta(days=1)  # A trial on another machine, which cannot be asked.
STARTUP_LIMIT = timedelta(minutes=1)  # Between the creation of a trial and its process note.
LOCK_FILE = "sweep.lock"

# Attributes of a trial in the database.
PROCESS, ERROR, DEFAULTS, RETRY_OF = "process", "error", "defaults", "retry_of"


@contextmanager
def open_study(home: Home, name: str) -> Iterator[Study]:
    """Open the study of that name in the registry's database; create it if it is missing.

    Optuna's tables stand next to the registry's own, under other names. Whether a trial is alive is
    read from its process, not from a heartbeat: that would write to the database from a thread all
    through the training, and notice a death only minutes later.

    Raises:
        RegistryError: the database cannot be used.
    """
    import optuna
    from sqlalchemy.exc import SQLAlchemyError

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    pruner = optuna.pruners.MedianPruner(
        n_startup_trials=MIN_COMPLETE_TRIALS, n_warmup_steps=MIN_EPOCHS
    )
    storage = _open_storage(home)
    try:
        yield optuna.create_study(
            storage=storage,
            study_name=name,
            direction="maximize",
            load_if_exists=True,
            pruner=pruner,
        )
    except (SQLAlchemyError, optuna.exceptions.StorageInternalError) as error:
        raise _unusable(error) from None
    finally:
        storage.remove_session()
        storage.engine.dispose()


def _open_storage(home: Home) -> RDBStorage:
    import optuna
    from filelock import FileLock
    from sqlalchemy.exc import SQLAlchemyError

    url = Registry(home).engine.url.render_as_string(hide_password=False)
    options = {"timeout": BUSY_SECONDS} if url.startswith("sqlite") else {}
    try:
        with FileLock(home.root / LOCK_FILE):  # Two processes at once would both create the tables.
            return optuna.storages.RDBStorage(
                url.replace("{", "{{").replace("}", "}}"),  # Optuna formats the URL.
                engine_kwargs={"connect_args": options},
            )
    except (SQLAlchemyError, optuna.exceptions.OptunaError, RuntimeError) as error:
        raise _unusable(error) from None


def _unusable(error: Exception) -> RegistryError:
    cause = str(error.__cause__ or error).splitlines()[0]
    return RegistryError(
        f"The sweep cannot be stored in the registry's database: {cause}",
        remedy="Check that the database can be written, and that Optuna was not downgraded.",
    )


def seed_sampler(study: Study, seed: int) -> None:
    """Give the study a sampler for its next trial.

    It is seeded anew for each trial by the number of trials before it, so that an interrupted sweep
    draws what an uninterrupted one would have drawn. The sampler is the tree-structured Parzen
    estimator (Bergstra, Bardenet, Bengio and Kégl, NeurIPS 2011).
    """
    import numpy as np
    from optuna.samplers import TPESampler

    # Mixed, not added: with seed + 1 the same trials would be drawn, one earlier.
    mixed = int(np.random.SeedSequence((seed, count_trials(study))).generate_state(1)[0])
    study.sampler = TPESampler(seed=mixed, n_startup_trials=RANDOM_TRIALS)


def requeue_lost_trials(study: Study) -> list[int]:
    """Queue trials again whose process died; return the numbers of the lost ones."""
    from optuna.trial import TrialState as OptunaState

    for trial in study.get_trials(deepcopy=False, states=(OptunaState.RUNNING,)):
        if _is_dead(trial):
            study.tell(trial.number, state=OptunaState.FAIL, skip_if_finished=True)
    trials = study.get_trials(deepcopy=False)
    retried = {trial.user_attrs.get(RETRY_OF) for trial in trials}
    lost = [t for t in trials if _state(t) == "interrupted" and t.number not in retried]
    for trial in lost:
        attributes = {RETRY_OF: trial.number}
        if DEFAULTS in trial.user_attrs:
            attributes[DEFAULTS] = trial.user_attrs[DEFAULTS]
        study.enqueue_trial(trial.params, user_attrs=attributes)
    return [trial.number for trial in lost]


def enqueue_defaults(study: Study, params: Mapping[str, Any], *, complete: bool) -> None:
    """Make the default settings the first trial of a new study, as a reference.

    ``complete`` says whether ``params`` are all of them, or only those that the space contains.
    """
    if params and not study.get_trials(deepcopy=False):
        study.enqueue_trial(dict(params), user_attrs={DEFAULTS: complete}, skip_if_exists=True)


def describe_process() -> dict[str, Any]:
    """Return what identifies this process, to be stored with its trial."""
    return {"host": hostname(), "pid": os.getpid(), "started": process_start(os.getpid())}


def count_trials(study: Study) -> int:
    """Count the trials that ended or are running; interrupted ones are run again."""
    return sum(record.state in (*ENDED_STATES, "running") for record in trial_records(study))


def trial_records(study: Study) -> tuple[TrialRecord, ...]:
    """Return the trials that were started, in their order."""
    return tuple(
        TrialRecord(
            number=trial.number,
            state=state,
            score=trial.value if state in ("complete", "pruned") else None,
            params=dict(trial.params),
            seconds=round(trial.duration.total_seconds(), 1) if trial.duration else None,
            error=trial.user_attrs.get(ERROR),
            defaults=bool(trial.user_attrs.get(DEFAULTS)),
        )
        for trial in study.get_trials(deepcopy=False)
        if (state := _state(trial)) is not None
    )


def _state(trial: FrozenTrial) -> TrialState | None:
    """Our name of Optuna's state: a trial that failed without an error was interrupted."""
    from optuna.trial import TrialState as OptunaState

    if trial.state == OptunaState.FAIL:
        return "failed" if ERROR in trial.user_attrs else "interrupted"
    states: dict[OptunaState, TrialState] = {
        OptunaState.COMPLETE: "complete",
        OptunaState.PRUNED: "pruned",
        OptunaState.RUNNING: "running",
    }
    return states.get(trial.state)


def _is_dead(trial: FrozenTrial) -> bool:
    age = datetime.now() - (trial.datetime_start or datetime.now())
    process = trial.user_attrs.get(PROCESS)
    if process is None:  # Killed before its process was stored.
        return age > STARTUP_LIMIT
    if process["host"] != hostname():
        return age > ABANDONED_AFTER
    return bool(process_start(process["pid"]) != process["started"])

"""Runs: fine-tunings in processes of their own, which continue when the terminal is closed.

``python -m chainzoo.runs RUN`` executes a queued run; :func:`start` starts that process.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chainzoo.errors import ChainZooError, RunStoppedError, TuningError, unexpected_error_text
from chainzoo.home import HOME_VARIABLE, Home
from chainzoo.registry import ModelRecord, Registry, RunEvent, RunRecord, RunStore
from chainzoo.registry.names import name_from
from chainzoo.registry.runs import ACTIVE_STATES
from chainzoo.tuning import Recipe
from chainzoo.tuning.events import TuningEvent

POLL_SECONDS = 0.3
STOP_CHECK_SECONDS = 1.0
LOG_FILE = "log.txt"


@dataclass(frozen=True, slots=True)
class Run:
    """A handle on a fine-tuning run, whichever process started it."""

    home: Home
    id: str

    @property
    def record(self) -> RunRecord:
        """The run's current record in the registry.

        Raises:
            UnknownRunError: there is no such run.
        """
        return RunStore(Registry(self.home)).get(self.id)

    @property
    def state(self) -> str:
        """The current state: queued, running, finished, failed, stopped or interrupted."""
        return self.record.state

    @property
    def log(self) -> Path:
        """The file with everything that the run's process printed."""
        return self.record.folder / LOG_FILE

    @property
    def report(self) -> dict[str, Any] | None:
        """The report on the run's model; ``None`` until the run has published one."""
        model = self.record.model
        return Registry(self.home).get(model).report if model else None

    def events(self, *, follow: bool = True) -> Iterator[RunEvent]:
        """Yield the run's events from the first; with ``follow``, wait for more until it ends."""
        store, last = RunStore(Registry(self.home)), 0
        while True:
            ended = store.get(self.id).state not in ACTIVE_STATES
            for event in store.events(self.id, after=last):
                last = event.number
                yield event
            if ended or not follow:
                return
            time.sleep(POLL_SECONDS)

    def wait(self, timeout: float | None = None) -> ModelRecord:
        """Wait until the run ends, at most ``timeout`` seconds, and return its model.

        Raises:
            TuningError: the run failed, was stopped, or its process died.
            TimeoutError: the run has not ended in time.
        """
        started_at = time.monotonic()
        while (record := self.record).state in ACTIVE_STATES:
            if timeout is not None and time.monotonic() - started_at > timeout:
                raise TimeoutError(f"Run {self.id} has not ended after {timeout:g} s.")
            time.sleep(POLL_SECONDS)
        if record.model is None:
            raise TuningError(
                record.error or f"Run {self.id} was {record.state}.",
                remedy=f"Continue with `chainzoo tune --resume {self.id}`.",
            )
        return Registry(self.home).get(record.model)

    def stop(self) -> None:
        """Request that the run stops at its next step; it leaves a checkpoint to resume from.

        Raises:
            TuningError: the run has ended already.
        """
        RunStore(Registry(self.home)).request_stop(self.id)


def start(home: Home, recipe: Recipe, data: str, test: str | None = None) -> Run:
    """Start a fine-tuning in a process of its own and return its run at once.

    ``data`` is a path or ``hub:…``; ``test`` is a file to evaluate on instead of a part of it.
    """
    source = data if data.startswith("hub:") else str(Path(data).expanduser().absolute())
    test_path = str(Path(test).expanduser().absolute()) if test else None
    name = recipe.name or name_from(data)
    values = recipe.with_values(name=name).model_dump(mode="json")
    record = RunStore(Registry(home)).create(name, source, values, {"test": test_path})
    return _spawn(home, record, resume=False)


def resume(home: Home, run_id: str) -> Run:
    """Continue a run that was killed, stopped or failed, from its last checkpoint.

    Raises:
        UnknownRunError: there is no such run.
        TuningError: the run is active or finished.
    """
    return _spawn(home, RunStore(Registry(home)).requeue(run_id), resume=True)


def execute(home: Home, run_id: str, *, resume: bool = False) -> str:
    """Execute a queued run in this process and return the state it ended in.

    Errors of the fine-tuning are recorded in the registry, not raised.

    Raises:
        TuningError: the run is not queued: another process has claimed it, or it has ended.
    """
    store = RunStore(Registry(home))
    try:
        record = store.claim(run_id, os.getpid())
    except RunStoppedError as error:
        return _end(store, run_id, "stopped", str(error))
    try:
        model = _fine_tune(home, record, resume)
    except RunStoppedError as error:
        return _end(store, run_id, "stopped", str(error))
    except ChainZooError as error:
        return _end(store, run_id, "failed", str(error))
    except Exception as error:
        traceback.print_exc()  # Into the run's log.
        text = f"{unexpected_error_text(error)} See {record.folder / LOG_FILE}."
        return _end(store, run_id, "failed", text)
    store.add_event(run_id, "finished", {"model": model.ref, "score": model.score})
    store.end(run_id, "finished", model=model.ref)
    return "finished"


def _fine_tune(home: Home, record: RunRecord, resume: bool) -> ModelRecord:
    from chainzoo.pipeline import TuningJob, fine_tune

    if record.model is not None:  # The process was killed after it had published the model.
        return Registry(home).get(record.model)
    job = TuningJob(
        recipe=Recipe.of(**record.recipe),
        data=record.data,
        workdir=record.folder,
        test=record.options.get("test"),
        run=record.id,
        resume=resume,
    )
    store = RunStore(Registry(home))
    return fine_tune(home, job, _event_recorder(store, record.id), _stop_check(store, record.id))


def _event_recorder(store: RunStore, run_id: str) -> Callable[[TuningEvent], None]:
    def on_event(event: TuningEvent) -> None:
        store.add_event(run_id, event.kind, event.values)

    return on_event


def _stop_check(store: RunStore, run_id: str) -> Callable[[], bool]:
    """Return a function that asks the database for a stop request, once a second at most."""
    checked_at = 0.0

    def should_stop() -> bool:
        nonlocal checked_at
        if time.monotonic() - checked_at < STOP_CHECK_SECONDS:
            return False
        checked_at = time.monotonic()
        return store.stop_requested(run_id)

    return should_stop


def _end(store: RunStore, run_id: str, state: str, message: str) -> str:
    store.add_event(run_id, "failed", {"state": state, "error": message})
    store.end(run_id, state, error=message)
    return state


def _spawn(home: Home, record: RunRecord, *, resume: bool) -> Run:
    command = [sys.executable, "-m", "chainzoo.runs", record.id, *(["--resume"] if resume else [])]
    with (record.folder / LOG_FILE).open("ab") as log:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={**os.environ, HOME_VARIABLE: str(home.root)},
            start_new_session=True,  # The run survives its terminal.
        )
    RunStore(Registry(home)).set_process(record.id, child.pid)
    # Collect the child when it ends: a zombie would count as a process that is alive.
    threading.Thread(target=child.wait, daemon=True).start()
    return Run(home, record.id)


def main(arguments: list[str]) -> int:
    """Execute the run that the arguments name, in the default home; return the exit status."""
    try:
        state = execute(Home.default(), arguments[0], resume="--resume" in arguments[1:])
    except ChainZooError as error:
        print(error, file=sys.stderr)
        return 1
    return 0 if state in ("finished", "stopped") else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

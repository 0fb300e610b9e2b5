"""Runs: a fine-tuning as a process of its own, which goes on when the terminal closes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chainzoo.errors import (
    ChainZooError,
    RunStoppedError,
    TuningError,
    unexpected_error_text,
)
from chainzoo.home import ENVIRONMENT_VARIABLE, Home
from chainzoo.registry import ModelRecord, Registry, RunEvent, RunRecord, RunStore
from chainzoo.registry.names import name_from
from chainzoo.registry.runs import UNDER_WAY
from chainzoo.tuning import Recipe
from chainzoo.tuning.events import Event

POLL_SECONDS = 0.3
LOG = "log.txt"


@dataclass(frozen=True, slots=True)
class Run:
    """A handle on a fine-tuning, whichever process started it."""

    home: Home
    id: str

    @property
    def record(self) -> RunRecord:
        """What the registry knows of it now."""
        return RunStore(Registry(self.home)).get(self.id)

    @property
    def state(self) -> str:
        """queued, running, finished, failed, stopped or interrupted."""
        return self.record.state

    @property
    def log(self) -> Path:
        """The file with everything that the process printed."""
        return self.record.folder / LOG

    @property
    def report(self) -> dict[str, Any] | None:
        """The report of the model that it made, or ``None`` as long as there is none."""
        model = self.record.model
        return Registry(self.home).get(model).report if model else None

    def events(self, *, follow: bool = True) -> Iterator[RunEvent]:
        """Its events from the first on; with ``follow``, until it ends."""
        store, last = RunStore(Registry(self.home)), 0
        while True:
            over = store.get(self.id).state not in UNDER_WAY
            for event in store.events(self.id, after=last):
                last = event.number
                yield event
            if over or not follow:
                return
            time.sleep(POLL_SECONDS)

    def wait(self, timeout: float | None = None) -> ModelRecord:
        """The model, when it is done.

        Raises:
            TuningError: the run failed, was stopped or was killed; ``TimeoutError``: not yet done.
        """
        begun = time.monotonic()
        while (record := self.record).state in UNDER_WAY:
            if timeout is not None and time.monotonic() - begun > timeout:
                raise TimeoutError(f"Run {self.id} is not done after {timeout:g} s.")
            time.sleep(POLL_SECONDS)
        if record.model is None:
            raise TuningError(
                record.error or f"Run {self.id} was {record.state}.",
                remedy=f"Go on with `chainzoo tune --resume {self.id}`.",
            )
        return Registry(self.home).get(record.model)

    def stop(self) -> None:
        """Ask it to stop at its next step; a checkpoint is left to go on from."""
        RunStore(Registry(self.home)).request_stop(self.id)


def start(home: Home, recipe: Recipe, data: str, test: str | None = None) -> Run:
    """Begin a fine-tuning in a process of its own."""
    source = data if data.startswith("hub:") else str(Path(data).expanduser().absolute())
    judged = str(Path(test).expanduser().absolute()) if test else None
    name = recipe.name or name_from(data)
    values = recipe.with_values(name=name).model_dump(mode="json")
    record = RunStore(Registry(home)).create(name, source, values, {"test": judged})
    return _spawn(home, record, resume=False)


def resume(home: Home, run_id: str) -> Run:
    """Go on with a run that was killed, stopped or failed, from its last checkpoint.

    Raises:
        TuningError: it is under way, or done.
    """
    return _spawn(home, RunStore(Registry(home)).requeue(run_id), resume=True)


def _spawn(home: Home, record: RunRecord, *, resume: bool) -> Run:
    command = [sys.executable, "-m", "chainzoo.runs", record.id, *(["--resume"] if resume else [])]
    environment = {**os.environ, ENVIRONMENT_VARIABLE: str(home.root)}
    with (record.folder / LOG).open("ab") as log:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=environment,
            start_new_session=True,  # The terminal may close.
        )
    RunStore(Registry(home)).set_process(record.id, child.pid)
    _reap(child)
    return Run(home, record.id)


def _reap(child: subprocess.Popen[bytes]) -> None:
    """Collect the child when it ends, so that a killed one is not taken for one at work."""
    import threading

    threading.Thread(target=child.wait, daemon=True).start()


def _listen(store: RunStore, run_id: str) -> Callable[[Event], None]:
    def on_event(event: Event) -> None:
        store.add_event(run_id, event.kind, event.values)

    return on_event


def _watch(store: RunStore, run_id: str) -> Callable[[], bool]:
    """Whether a stop is wished for, asked of the database once a second at most."""
    last = 0.0

    def should_stop() -> bool:
        nonlocal last
        if time.monotonic() - last < 1:
            return False
        last = time.monotonic()
        return store.stop_requested(run_id)

    return should_stop


def carry_out(home: Home, run_id: str, *, resume: bool = False) -> str:
    """Do a run in this process; gives the state it ended in. What goes wrong is in the registry.

    Raises:
        TuningError: the run is not queued: another process has it, or it has ended.
    """
    from chainzoo.pipeline import TuningJob, fine_tune

    store = RunStore(Registry(home))
    try:
        record = store.claim(run_id, os.getpid())
    except RunStoppedError as error:
        return _end(store, run_id, "stopped", str(error))
    try:
        if record.model is not None:  # Killed after its model was published.
            return _finish(store, run_id, Registry(home).get(record.model))
        recipe = Recipe.of(**record.recipe)
        job = TuningJob(
            recipe, record.data, record.folder, record.options.get("test"), run_id, resume
        )
        model = fine_tune(home, job, _listen(store, run_id), _watch(store, run_id))
    except RunStoppedError as error:
        return _end(store, run_id, "stopped", str(error))
    except ChainZooError as error:
        return _end(store, run_id, "failed", str(error))
    except Exception as error:
        traceback.print_exc()  # Into the run's log, for whoever has to find the cause.
        log = store.get(run_id).folder / LOG
        return _end(store, run_id, "failed", f"{unexpected_error_text(error)} See {log}.")
    return _finish(store, run_id, model)


def _finish(store: RunStore, run_id: str, model: ModelRecord) -> str:
    store.add_event(run_id, "finished", {"model": model.ref, "score": model.score})
    store.end(run_id, "finished", model=model.ref)
    return "finished"


def _end(store: RunStore, run_id: str, state: str, sentence: str) -> str:
    store.add_event(run_id, "failed", {"state": state, "error": sentence})
    store.end(run_id, state, error=sentence)
    return state


if __name__ == "__main__":
    try:
        ended = carry_out(Home.default(), sys.argv[1], resume="--resume" in sys.argv[2:])
    except ChainZooError as error:
        sys.exit(str(error))
    sys.exit(0 if ended in ("finished", "stopped") else 1)

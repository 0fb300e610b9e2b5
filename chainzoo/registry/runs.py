"""Runs in the registry: the state and the events of each fine-tuning, visible to every process."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from chainzoo.errors import RunStoppedError, TuningError, UnknownRunError
from chainzoo.registry.database import read_session, write_session
from chainzoo.registry.names import check_name
from chainzoo.registry.processes import process_start
from chainzoo.registry.records import RunEvent, RunRecord
from chainzoo.registry.registry import Registry
from chainzoo.registry.schema import RunEventRow, RunRow, now

ACTIVE_STATES = ("queued", "running")
MAX_START_DELAY = timedelta(minutes=1)
SUGGESTED_RUNS = 5


class RunStore:
    """The runs of a registry."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.engine = registry.engine

    def create(
        self, name: str, data: str, recipe: Mapping[str, Any], options: Mapping[str, Any]
    ) -> RunRecord:
        """Create a queued run with a folder of its own.

        Raises:
            RegistryError: ``name`` is not valid.
        """
        run_id = f"{check_name(name)[:40]}-{secrets.token_hex(2)}"
        folder = self.registry.home.runs / run_id
        folder.mkdir(parents=True, exist_ok=True)
        run = RunRow(
            id=run_id,
            name=name,
            state="queued",
            data=data,
            recipe=dict(recipe),
            options=dict(options),
            folder=str(folder),
        )
        with write_session(self.engine) as session:
            session.add(run)
        return self.get(run_id)

    def get(self, run_id: str) -> RunRecord:
        """Return a run by its id.

        Raises:
            UnknownRunError: there is no such run.
        """
        with read_session(self.engine) as session:
            return _record(self._get(session, run_id))

    def list_runs(self) -> list[RunRecord]:
        """List all runs, the newest first."""
        order = select(RunRow).order_by(RunRow.created_at.desc())
        with read_session(self.engine) as session:
            return [_record(run) for run in session.scalars(order)]

    def requeue(self, run_id: str) -> RunRecord:
        """Queue a run again that has ended without a model.

        Raises:
            TuningError: the run is active or finished; of two callers at once, the second gets
                this error.
        """
        with write_session(self.engine) as session:
            run = self._get(session, run_id)
            state = _record(run).state
            if state in (*ACTIVE_STATES, "finished"):
                raise TuningError(f"Run {run_id} is {state}.", remedy="There is nothing to resume.")
            run.state, run.stop_requested, run.error = "queued", False, None
            run.pid, run.queued_at = None, now()
        return self.get(run_id)

    def set_process(self, run_id: str, pid: int) -> None:
        """Record which process will start a queued run, so that its early death is noticed."""
        with write_session(self.engine) as session:
            run = self._get(session, run_id)
            if run.state == "queued":
                run.pid, run.process_started_at = pid, process_start(pid)

    def claim(self, run_id: str, pid: int) -> RunRecord:
        """Mark a queued run as running in process ``pid``; no other process can claim it then.

        Raises:
            TuningError: the run is not queued.
            RunStoppedError: a stop was requested while the run was queued.
        """
        with write_session(self.engine) as session:
            run = self._get(session, run_id)
            if run.state != "queued":
                raise TuningError(f"Run {run_id} is {run.state}.", remedy="Nothing was started.")
            run.state, run.pid, run.process_started_at = "running", pid, process_start(pid)
            stop_requested = run.stop_requested
        if stop_requested:
            raise RunStoppedError(
                "Stopped before the first step.", remedy="Continue with --resume."
            )
        return self.get(run_id)

    def end(
        self, run_id: str, state: str, *, model: str | None = None, error: str | None = None
    ) -> None:
        """Set the state that a run ended in, with its model or its error."""
        with write_session(self.engine) as session:
            run = self._get(session, run_id)
            run.state, run.error, run.model = state, error, model or run.model

    def add_event(self, run_id: str, kind: str, values: Mapping[str, Any]) -> None:
        """Add an event to a run."""
        with write_session(self.engine) as session:
            session.add(RunEventRow(run_id=run_id, kind=kind, values=dict(values)))

    def events(self, run_id: str, after: int = 0) -> list[RunEvent]:
        """List the events of a run whose numbers are above ``after``, in order."""
        query = (
            select(RunEventRow)
            .where(RunEventRow.run_id == run_id, RunEventRow.id > after)
            .order_by(RunEventRow.id)
        )
        with read_session(self.engine) as session:
            return [RunEvent(e.id, e.time, e.kind, e.values) for e in session.scalars(query)]

    def request_stop(self, run_id: str) -> RunRecord:
        """Request that a run stops at its next step.

        Raises:
            TuningError: the run has ended already.
        """
        with write_session(self.engine) as session:
            run = self._get(session, run_id)
            state = _record(run).state
            if state not in ACTIVE_STATES:
                raise TuningError(f"Run {run_id} is {state}.", remedy="There is nothing to stop.")
            run.stop_requested = True
        return self.get(run_id)

    def stop_requested(self, run_id: str) -> bool:
        """Return whether a stop of the run was requested."""
        with read_session(self.engine) as session:
            return self._get(session, run_id).stop_requested

    def _get(self, session: Session, run_id: str) -> RunRow:
        run = session.get(RunRow, run_id)
        if run is None:
            order = select(RunRow.id).order_by(RunRow.created_at.desc()).limit(SUGGESTED_RUNS)
            latest = session.scalars(order).all()
            known = f"The latest are {', '.join(latest)}." if latest else "There is none yet."
            raise UnknownRunError(f"There is no run {run_id!r}.", remedy=known)
        return run


def _record(run: RunRow) -> RunRecord:
    state = run.state
    if state in ACTIVE_STATES and _is_dead(run):
        state = "interrupted"  # Its process was killed, or the machine lost power.
    return RunRecord(
        id=run.id,
        name=run.name,
        state=state,
        data=run.data,
        recipe=run.recipe,
        folder=Path(run.folder),
        created_at=run.created_at,
        updated_at=run.updated_at,
        model=run.model,
        error=run.error,
        pid=run.pid,
        options=run.options,
    )


def _is_dead(run: RunRow) -> bool:
    if run.pid is None:  # The process that queued the run died before it started another.
        return now() - run.queued_at > MAX_START_DELAY
    if run.process_started_at is None:
        return True
    return process_start(run.pid) != run.process_started_at

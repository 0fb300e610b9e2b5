"""Runs in the registry: their state and their events, for every process to see."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from chainzoo.errors import RunStoppedError, TuningError, UnknownRunError
from chainzoo.registry.database import reading, writing
from chainzoo.registry.names import check_name
from chainzoo.registry.processes import started
from chainzoo.registry.records import RunEvent, RunRecord
from chainzoo.registry.registry import Registry
from chainzoo.registry.schema import EventRow, RunRow, now

UNDER_WAY = ("queued", "running")
START = timedelta(minutes=1)


class RunStore:
    """The runs of a registry."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.engine = registry.engine

    def create(
        self, name: str, data: str, recipe: Mapping[str, Any], options: Mapping[str, Any]
    ) -> RunRecord:
        """A new run, queued, with a folder of its own."""
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
        with writing(self.engine) as session:
            session.add(run)
        return self.get(run_id)

    def get(self, run_id: str) -> RunRecord:
        """A run by its id.

        Raises:
            UnknownRunError: there is none.
        """
        with reading(self.engine) as session:
            return _record(self._get(session, run_id))

    def list_runs(self) -> list[RunRecord]:
        """All runs, the newest first."""
        with reading(self.engine) as session:
            return [
                _record(run)
                for run in session.scalars(select(RunRow).order_by(RunRow.created.desc()))
            ]

    def requeue(self, run_id: str) -> RunRecord:
        """Let a run that has ended without a model be taken up again.

        Raises:
            TuningError: it is under way, or done; of two callers at once, the second gets this.
        """
        with writing(self.engine) as session:
            run = self._get(session, run_id)
            state = _record(run).state
            if state in (*UNDER_WAY, "finished"):
                raise TuningError(
                    f"RunRow {run_id} is {state}.", remedy="There is nothing to resume."
                )
            run.state, run.stop, run.error, run.pid, run.queued = "queued", False, None, None, now()
        return self.get(run_id)

    def set_process(self, run_id: str, pid: int) -> None:
        """Note which process is to take up a queued run, so that its early death is seen."""
        with writing(self.engine) as session:
            run = self._get(session, run_id)
            if run.state == "queued":
                run.pid, run.pid_started = pid, started(pid)

    def claim(self, run_id: str, pid: int) -> RunRecord:
        """Take up a queued run: it is running from here on, in process ``pid`` and no other.

        Raises:
            TuningError: it is not queued. RunStoppedError: a stop was asked for while it waited.
        """
        with writing(self.engine) as session:
            run = self._get(session, run_id)
            if run.state != "queued":
                raise TuningError(f"RunRow {run_id} is {run.state}.", remedy="Nothing was begun.")
            run.state, run.pid, run.pid_started = "running", pid, started(pid)
            stop = run.stop
        if stop:
            raise RunStoppedError("Stopped before the first step.", remedy="Go on with --resume.")
        return self.get(run_id)

    def end(
        self, run_id: str, state: str, *, model: str | None = None, error: str | None = None
    ) -> None:
        """Set the state in which a run has ended, with its model or what went wrong."""
        with writing(self.engine) as session:
            run = self._get(session, run_id)
            run.state, run.error, run.model = state, error, model or run.model

    def add_event(self, run_id: str, kind: str, values: Mapping[str, Any]) -> None:
        """Add an event."""
        with writing(self.engine) as session:
            session.add(EventRow(run=run_id, kind=kind, values=dict(values)))

    def events(self, run_id: str, after: int = 0) -> list[RunEvent]:
        """The events of a run that are numbered above ``after``."""
        wanted = (
            select(EventRow)
            .where(EventRow.run == run_id, EventRow.id > after)
            .order_by(EventRow.id)
        )
        with reading(self.engine) as session:
            return [RunEvent(e.id, e.time, e.kind, e.values) for e in session.scalars(wanted)]

    def request_stop(self, run_id: str) -> RunRecord:
        """Ask a run to stop at its next step.

        Raises:
            TuningError: it has ended already.
        """
        with writing(self.engine) as session:
            run = self._get(session, run_id)
            state = _record(run).state
            if state not in UNDER_WAY:
                raise TuningError(
                    f"RunRow {run_id} is {state}.", remedy="There is nothing to stop."
                )
            run.stop = True
        return self.get(run_id)

    def stop_requested(self, run_id: str) -> bool:
        """Whether somebody asked the run to stop."""
        with reading(self.engine) as session:
            return self._get(session, run_id).stop

    def _get(self, session: Session, run_id: str) -> RunRow:
        run = session.get(RunRow, run_id)
        if run is None:
            latest = session.scalars(
                select(RunRow.id).order_by(RunRow.created.desc()).limit(5)
            ).all()
            known = f"The latest are {', '.join(latest)}." if latest else "There is none yet."
            raise UnknownRunError(f"There is no run {run_id!r}.", remedy=known)
        return run


def _record(run: RunRow) -> RunRecord:
    state = run.state
    if state in UNDER_WAY and _is_lost(run):
        state = "interrupted"  # Its process is gone without a word: killed, or the power failed.
    return RunRecord(
        id=run.id,
        name=run.name,
        state=state,
        data=run.data,
        recipe=run.recipe,
        folder=Path(run.folder),
        created=run.created,
        updated=run.updated,
        model=run.model,
        error=run.error,
        pid=run.pid,
        options=run.options,
    )


def _is_lost(run: RunRow) -> bool:
    if run.pid is None:  # Whoever queued it did not live to start its process.
        return now() - run.queued > START
    return run.pid_started is None or started(run.pid) != run.pid_started

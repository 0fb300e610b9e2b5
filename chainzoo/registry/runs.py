"""Runs in the registry: their state and their events, for every process to see."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from chainzoo.errors import UnknownRunError
from chainzoo.registry.names import check_name
from chainzoo.registry.records import RunEvent, RunRecord
from chainzoo.registry.registry import Registry
from chainzoo.registry.schema import Event, Run

UNDER_WAY = ("queued", "running")


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
        run = Run(
            id=run_id,
            name=name,
            state="queued",
            data=data,
            recipe=dict(recipe),
            options=dict(options),
            folder=str(folder),
        )
        with Session(self.engine) as session, session.begin():
            session.add(run)
        return self.get(run_id)

    def get(self, run_id: str) -> RunRecord:
        """A run by its id.

        Raises:
            UnknownRunError: there is none.
        """
        with Session(self.engine) as session:
            run = session.get(Run, run_id)
            if run is None:
                latest = session.scalars(select(Run.id).order_by(Run.created.desc()).limit(5)).all()
                known = f"The latest are {', '.join(latest)}." if latest else "There is none yet."
                raise UnknownRunError(f"There is no run {run_id!r}.", remedy=known)
            return _record(run)

    def list_runs(self) -> list[RunRecord]:
        """All runs, the newest first."""
        with Session(self.engine) as session:
            return [
                _record(run) for run in session.scalars(select(Run).order_by(Run.created.desc()))
            ]

    def set_state(self, run_id: str, state: str, **facts: Any) -> None:
        """Set the state, and any of ``model``, ``error``, ``pid``; starting clears a wish to stop."""
        with Session(self.engine) as session, session.begin():
            run = session.get_one(Run, run_id)
            run.state = state
            for name, value in facts.items():
                setattr(run, name, value)
            if state in UNDER_WAY:
                run.stop, run.error = False, None
            if "pid" in facts:
                run.pid_started = _started(facts["pid"])

    def add_event(self, run_id: str, kind: str, values: Mapping[str, Any]) -> None:
        """Add an event."""
        with Session(self.engine) as session, session.begin():
            session.add(Event(run=run_id, kind=kind, values=dict(values)))

    def events(self, run_id: str, after: int = 0) -> list[RunEvent]:
        """The events of a run that are numbered above ``after``."""
        wanted = select(Event).where(Event.run == run_id, Event.id > after).order_by(Event.id)
        with Session(self.engine) as session:
            return [RunEvent(e.id, e.time, e.kind, e.values) for e in session.scalars(wanted)]

    def request_stop(self, run_id: str) -> RunRecord:
        """Ask a run to stop at its next step."""
        with Session(self.engine) as session, session.begin():
            session.get_one(Run, self.get(run_id).id).stop = True
        return self.get(run_id)

    def stop_requested(self, run_id: str) -> bool:
        """Whether somebody asked the run to stop."""
        with Session(self.engine) as session:
            return session.get_one(Run, run_id).stop


def _record(run: Run) -> RunRecord:
    state = run.state
    if state == "running" and _started(run.pid) != run.pid_started:
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


def _started(pid: int | None) -> float | None:
    """When a process began, which tells it from a later one of the same number."""
    import psutil

    try:
        process = psutil.Process(pid) if pid else None
        if process is None or process.status() == psutil.STATUS_ZOMBIE:
            return None
        return round(float(process.create_time()), 1)
    except psutil.Error:
        return None

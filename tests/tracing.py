"""A tracer that keeps finished traces, to test which steps a Runnable shows."""

from __future__ import annotations

from langchain_core.tracers import BaseTracer
from langchain_core.tracers.schemas import Run


class RecordingTracer(BaseTracer):
    """Keeps the root run of each finished trace."""

    def __init__(self) -> None:
        super().__init__()
        self.traces: list[Run] = []

    def _persist_run(self, run: Run) -> None:
        self.traces.append(run)

    def step_names(self) -> list[str]:
        """Return the names of the direct steps of the last trace."""
        return [run.name for run in self.traces[-1].child_runs]

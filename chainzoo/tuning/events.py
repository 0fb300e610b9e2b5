"""Events of a fine-tuning, for progress displays and logs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

EventKind = Literal["warning", "started", "step", "evaluated", "saved", "finished", "failed"]


@dataclass(frozen=True, slots=True)
class TuningEvent:
    """An event of a fine-tuning.

    ``values`` depend on ``kind``:

    - ``warning``: message, on rows that are left out or choices that may be wrong.
    - ``started``: rows, windows, parameters, trainable.
    - ``step``: step, steps, epoch, loss, learning_rate, steps_per_second.
    - ``evaluated``: step, epoch, and the task's scores, the deciding one first.
    - ``saved``: step, that of the checkpoint.
    """

    kind: EventKind
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def scores(self) -> dict[str, float]:
        """The task's scores in an ``evaluated`` event, the deciding one first."""
        return {k: float(v) for k, v in self.values.items() if k not in ("step", "epoch")}

    def as_dict(self) -> dict[str, Any]:
        """Return the event as plain values, for JSON."""
        return {"kind": self.kind, **self.values}


OnEvent = Callable[[TuningEvent], None]


def ignore_event(event: TuningEvent) -> None:
    """Do nothing with an event."""

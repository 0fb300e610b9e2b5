"""What a run tells while it goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["started", "step", "evaluated", "saved", "finished", "failed"]


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened.

    ``started``: rows, steps, parameters, trainable. ``step``: step, steps, epoch, loss,
    learning_rate, examples_per_second. ``evaluated``: epoch, step, and the task's scores.
    """

    kind: Kind
    values: dict[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The event as plain values."""
        return {"kind": self.kind, **self.values}


OnEvent = Callable[[Event], None]


def ignore(event: Event) -> None:
    """A listener for those who do not listen."""

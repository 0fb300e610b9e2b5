"""What happens beside the steps: events, the best weights kept, early stopping, a person's stop."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from transformers import TrainerCallback

from chainzoo import atomic
from chainzoo.tuning.context import RunContext
from chainzoo.tuning.events import Event
from chainzoo.tuning.trainer import read_weights, write_weights

STEP_EVENT_SECONDS = 0.5  # Often enough for a progress bar, seldom enough for a database.


class BestCheckpoint:
    """The best weights so far, on disk with their score, so that a resumed run still knows them."""

    def __init__(self, folder: Path) -> None:
        self.weights, self.record = folder / "best.safetensors", folder / "best.json"

    def read(self) -> dict[str, float] | None:
        """Score and epoch of the best, or ``None`` before the first."""
        if not self.record.exists():
            return None
        return dict(json.loads(self.record.read_text(encoding="utf-8")))

    def offer(self, model: Any, score: float, epoch: float) -> None:
        """Keep these weights if they are better than the best."""
        known = self.read()
        if known is not None and score <= known["score"]:
            return
        write_weights(model, self.weights)
        atomic.write_text(self.record, json.dumps({"score": score, "epoch": epoch}))

    def forget(self) -> None:
        """Forget the best of an earlier run in the same folder."""
        self.record.unlink(missing_ok=True)

    def restore(self, model: Any) -> None:
        """Put the best weights back into ``model``."""
        if self.weights.exists():
            read_weights(model, self.weights)


class Reporter(TrainerCallback):
    """Turns the trainer's course into events, keeps the history, and heeds a wish to stop."""

    def __init__(self, context: RunContext, best: BestCheckpoint, patience: int | None) -> None:
        self.context, self.best, self.patience = context, best, patience
        self.history: list[dict[str, Any]] = []
        self.stopped = False
        self._last = 0.0
        self._begun: tuple[float, int] | None = None

    def on_step_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Start the clock at the first step, which a resumed run does not take at zero."""
        if self._begun is None:
            self._begun = (time.monotonic(), state.global_step)

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Stop, and save where we are, when a person asked for it."""
        if self.context.should_stop():
            self.stopped = True
            control.should_training_stop = control.should_save = True

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **kwargs: Any) -> None:
        """A step event from what the trainer logs."""
        if not logs or "loss" not in logs:
            return
        values = {
            "step": state.global_step,
            "steps": state.max_steps,
            "epoch": round(float(state.epoch or 0), 4),
            "loss": float(logs["loss"]),
            "learning_rate": float(logs.get("learning_rate", 0.0)),
            "steps_per_second": self._speed(state.global_step),
        }
        self.history.append(values)
        now = time.monotonic()
        if now - self._last >= STEP_EVENT_SECONDS or state.global_step >= state.max_steps:
            self._last = now
            self.context.on_event(Event("step", values))

    def on_evaluate(
        self, args: Any, state: Any, control: Any, metrics: Any = None, **kwargs: Any
    ) -> None:
        """Keep the best; stop early when it is long ago."""
        scores = {name.removeprefix("eval_"): value for name, value in metrics.items()}
        epoch = float(state.epoch or 0)
        values = {"step": state.global_step, "epoch": round(epoch, 4), **scores}
        self.history.append(values)
        self.context.on_event(Event("evaluated", values))
        self.best.offer(kwargs["model"], next(iter(scores.values())), epoch)
        known = self.best.read()
        if self.patience and known and epoch - known["epoch"] >= self.patience:
            control.should_training_stop = True

    def on_save(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """A checkpoint stands: from here a killed run can go on."""
        self.context.on_event(Event("saved", {"step": state.global_step}))

    def _speed(self, step: int) -> float:
        if self._begun is None:
            return 0.0
        seconds = time.monotonic() - self._begun[0]
        return round((step - self._begun[1]) / seconds, 3) if seconds > 0 else 0.0

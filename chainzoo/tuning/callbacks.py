"""The callback of a fine-tuning: events, history, the best weights, early and requested stops."""

from __future__ import annotations

import time
from typing import Any

from transformers import TrainerCallback

from chainzoo.tuning.best_checkpoint import BestCheckpoint
from chainzoo.tuning.context import RunContext
from chainzoo.tuning.events import TuningEvent

# Often enough for a progress bar, and seldom enough for a database.
STEP_EVENT_SECONDS = 0.5


class RunCallback(TrainerCallback):
    """Report a training to its ``RunContext``, keep its history, and stop it when it is asked to.

    ``patience`` is the number of epochs without improvement after which training stops.
    """

    def __init__(self, context: RunContext, best: BestCheckpoint, patience: int | None) -> None:
        self.context, self.best, self.patience = context, best, patience
        self.history: list[dict[str, Any]] = []
        self.stopped = False
        self._last_event_at = 0.0
        self._started: tuple[float, int] | None = None

    def on_step_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Note time and number of the first step, which is not 0 in a resumed run."""
        if self._started is None:
            self._started = (time.monotonic(), state.global_step)

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Save a checkpoint and stop, when a stop was requested."""
        if self.context.should_stop():
            self.stopped = True
            control.should_training_stop = control.should_save = True

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **kwargs: Any) -> None:
        """Add what the trainer logs to the history, and report it twice a second at most."""
        if not logs or "loss" not in logs:
            return
        values = {
            "step": state.global_step,
            "steps": state.max_steps,
            "epoch": round(float(state.epoch or 0), 4),
            "loss": float(logs["loss"]),
            "learning_rate": float(logs.get("learning_rate", 0.0)),
            "steps_per_second": self._steps_per_second(state.global_step),
        }
        self.history.append(values)
        now = time.monotonic()
        is_last = state.global_step >= state.max_steps
        if is_last or now - self._last_event_at >= STEP_EVENT_SECONDS:
            self._last_event_at = now
            self.context.on_event(TuningEvent("step", values))

    def on_evaluate(
        self, args: Any, state: Any, control: Any, metrics: Any = None, **kwargs: Any
    ) -> None:
        """Keep the best weights; stop when the best epoch is ``patience`` epochs ago."""
        scores = {name.removeprefix("eval_"): value for name, value in metrics.items()}
        epoch = float(state.epoch or 0)
        values = {"step": state.global_step, "epoch": round(epoch, 4), **scores}
        self.history.append(values)
        self.context.on_event(TuningEvent("evaluated", values))
        self.best.update(kwargs["model"], next(iter(scores.values())), epoch)
        best = self.best.read()
        if self.patience and best and epoch - best["epoch"] >= self.patience:
            control.should_training_stop = True

    def on_save(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Report a checkpoint, from which a killed run can resume."""
        self.context.on_event(TuningEvent("saved", {"step": state.global_step}))

    def _steps_per_second(self, step: int) -> float:
        if self._started is None:
            return 0.0
        started_at, first_step = self._started
        seconds = time.monotonic() - started_at
        return round((step - first_step) / seconds, 3) if seconds > 0 else 0.0

"""The result of a sweep: its trials, the best of them, and the importance of the fields."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from chainzoo import atomic
from chainzoo.tuning import Recipe

TrialState = Literal["complete", "pruned", "failed", "interrupted", "running"]
ENDED_STATES: tuple[TrialState, ...] = ("complete", "pruned", "failed")


@dataclass(frozen=True, slots=True)
class TrialRecord:
    """One trial: its values, its state and its score.

    ``score`` is the task's deciding score of the best epoch, or of the last one if the trial was
    pruned. ``defaults`` marks the trial of the settings that a fine-tuning uses by default.
    """

    number: int
    state: TrialState
    score: float | None
    params: dict[str, Any]
    seconds: float | None
    error: str | None = None
    defaults: bool = False


@dataclass(frozen=True, slots=True)
class SweepResult:
    """The trials of a sweep in their order, and a recipe with the values of the best.

    Scores are on ``rows`` rows that were split off the training part; the best of many is slightly
    optimistic. ``importance`` is each field's share of the variance of the score (empty where there
    are too few trials). ``folder`` has the plots.
    """

    study: str
    data: str
    task: str
    metric: str
    rows: int
    space: dict[str, Any]
    trials: tuple[TrialRecord, ...]
    best: TrialRecord
    recipe: Recipe
    importance: dict[str, float]
    folder: Path
    verdict: str

    def as_dict(self) -> dict[str, Any]:
        """The result as plain values that JSON can hold."""
        return {
            "study": self.study,
            "data": self.data,
            "task": self.task,
            "metric": self.metric,
            "rows": self.rows,
            "space": self.space,
            "importance": self.importance,
            "verdict": self.verdict,
            "trials": [asdict(trial) for trial in self.trials],
            "best": asdict(self.best),
            "recipe": self.recipe.model_dump(mode="json", exclude_none=True),
            "folder": str(self.folder),
        }

    def write_recipe(self, path: str | Path) -> None:
        """Write the best recipe as TOML, as ``chainzoo tune FILE --recipe PATH`` reads it."""
        with atomic.file(Path(path)) as tmp_path:
            tmp_path.write_text(self.recipe.to_toml(), encoding="utf-8")


def best_trial(trials: Sequence[TrialRecord]) -> TrialRecord | None:
    """Return the complete trial with the highest score, the earliest of equal ones."""
    complete = [t for t in trials if t.state == "complete" and t.score is not None]
    return max(complete, key=lambda t: (t.score, -t.number), default=None)


def summarize(trials: Sequence[TrialRecord], best: TrialRecord, metric: str, rows: int) -> str:
    """Return the outcome in one sentence, next to the score of the default settings."""
    ended = sum(trial.state in ENDED_STATES for trial in trials)
    score = f"{metric.replace('_', ' ')} {best.score:.3f} on {rows} rows"
    if best.defaults:
        return f"Of {ended} trials none beats the default settings ({score}): keep them."
    default = next((t.score for t in trials if t.defaults and t.score is not None), None)
    reference = "" if default is None else f"; the default settings reach {default:.3f}"
    return f"Trial {best.number} is the best of {ended}, with {score}{reference}."

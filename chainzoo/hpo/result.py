"""What a search found: its trials, the best of them, and what mattered."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from chainzoo.tuning import Recipe

State = Literal["complete", "pruned", "failed", "interrupted", "running"]
COUNTED = ("complete", "pruned", "failed", "running")  # An interrupted trial is done again.


@dataclass(frozen=True, slots=True)
class TrialRecord:
    """One trial: its values, and how far it came.

    ``score`` is of the task's first score: the best epoch's, the last one's if it was pruned.
    ``defaults`` marks the trial of what a tuning takes when nobody says otherwise.
    """

    number: int
    state: State
    score: float | None
    params: dict[str, Any]
    seconds: float | None
    error: str | None = None
    defaults: bool = False


@dataclass(frozen=True, slots=True)
class SweepResult:
    """The trials of a search in their order, and the recipe made of the best.

    Scores are on ``rows`` rows that were set aside from the training part; the best of many is a
    little flattering. ``importance`` is each field's share of what moved the score (empty as long
    as there is too little to tell). ``folder`` has the pictures.
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
        """All of it as plain values."""
        values = {
            name: getattr(self, name)
            for name in self.__dataclass_fields__
            if name not in ("trials", "best", "recipe", "folder")
        }
        return {
            **values,
            "trials": [asdict(trial) for trial in self.trials],
            "best": asdict(self.best),
            "recipe": self.recipe.model_dump(mode="json", exclude_none=True),
            "folder": str(self.folder),
        }

    def write_recipe(self, path: str | Path) -> None:
        """Write the best recipe as TOML; ``chainzoo tune FILE --recipe PATH`` takes it."""
        target = Path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.with_name(f"{target.name}.{os.getpid()}.part")
        beside.write_text(self.recipe.to_toml(), encoding="utf-8")
        os.replace(beside, target)


def best_of(trials: tuple[TrialRecord, ...]) -> TrialRecord | None:
    """The trial with the highest score that came to its end; the earlier of two as good."""
    ended = [t for t in trials if t.state == "complete" and t.score is not None]
    return max(ended, key=lambda t: (t.score, -t.number), default=None)


def verdict_on(trials: tuple[TrialRecord, ...], best: TrialRecord, metric: str, rows: int) -> str:
    """The finding in a sentence."""
    counted = sum(trial.state in ("complete", "pruned", "failed") for trial in trials)
    said = f"{metric.replace('_', ' ')} {best.score:.3f} on {rows} rows"
    usual = next((t.score for t in trials if t.defaults and t.score is not None), None)
    if best.defaults:
        return f"Of {counted} trials none beats the usual settings ({said}): leave them alone."
    beside = "" if usual is None else f"; the usual settings reach {usual:.3f}"
    return f"Trial {best.number} is the best of {counted}, with {said}{beside}."

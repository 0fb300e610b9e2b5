"""A trial: the predictions of a model used by one strategy, what they cost, and their ranking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chainzoo.catalog import ModelCard
from chainzoo.evaluation.evaluate import task_scorer
from chainzoo.selection.context import TrialContext
from chainzoo.selection.result import Candidate


@dataclass(frozen=True, slots=True)
class Trial:
    """The predictions for ``parts.dev`` of a trial context, and what they cost."""

    model: str
    strategy: str
    predictions: list[Any]
    seconds: float
    ms_per_text: float
    memory_mb: float

    @property
    def name(self) -> str:
        """The model, and the strategy in brackets."""
        return f"{self.model} ({self.strategy})"


def rank_trials(
    context: TrialContext, trials: Sequence[Trial], cards: Mapping[str, ModelCard] | None = None
) -> tuple[str, tuple[Candidate, ...]]:
    """Return the deciding metric, and the trials as candidates, the best first.

    Each candidate is compared with the best by a paired bootstrap. ``cards`` by the name of the
    model provide size and license.
    """
    scorer = task_scorer(context.task, context.labels)
    counts = [
        context.task.sufficient_statistics(context.parts.dev, trial.predictions, context.labels)
        for trial in trials
    ]
    metric = scorer.metric(counts[0])
    scores = [scorer.scores(matrix)[metric] for matrix in counts]
    order = sorted(range(len(trials)), key=lambda index: (-scores[index], trials[index].seconds))
    best = counts[order[0]]
    candidates = []
    for index in order:
        trial, card = trials[index], (cards or {}).get(trials[index].model)
        low, high = scorer.intervals(counts[index])[metric]
        candidates.append(
            Candidate(
                model=trial.model,
                strategy=trial.strategy,
                score=scores[index],
                low=low,
                high=high,
                seconds=round(trial.seconds, 2),
                ms_per_text=round(trial.ms_per_text, 3),
                memory_mb=trial.memory_mb,
                size_mb=card.size_mb if card else None,
                license=card.license if card else None,
                gap=scorer.difference(best, counts[index]) if index != order[0] else None,
            )
        )
    return metric, tuple(candidates)

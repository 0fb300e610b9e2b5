"""A fine-tuning as a trial: it pauses after its first scores and continues if it is promising."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from chainzoo.errors import RunStoppedError
from chainzoo.inference.predictor import Predictor
from chainzoo.selection.context import SEED, TrialContext, scratch_folder
from chainzoo.selection.strategies import weights_mb
from chainzoo.selection.trial import Trial
from chainzoo.tuning import Recipe
from chainzoo.tuning.base_checkpoint import load_base_checkpoint
from chainzoo.tuning.context import RunContext, never
from chainzoo.tuning.events import TuningEvent
from chainzoo.tuning.model_folder import TunedModel
from chainzoo.tuning.training_data import TrainingData


class TuningTrial:
    """A fine-tuning of a model by a method with the default recipe."""

    def __init__(self, context: TrialContext, model: str, method: str, workdir: Path) -> None:
        from chainzoo.tuning.defaults import resolve_recipe

        self.context, self.model, self.method, self.workdir = context, model, method, workdir
        self.base = load_base_checkpoint(context.home, model, context.task)
        recipe = Recipe.of(
            task=context.task.name, model=model, method=method, name="trial", seed=SEED
        )
        self.recipe = resolve_recipe(recipe, self.base, len(context.parts.train))
        self.seconds = 0.0
        self.scores: list[float] = []
        self.finished = False

    @property
    def name(self) -> str:
        """The model, and the method in brackets."""
        return f"{self.model} ({self.method})"

    @property
    def remaining_seconds(self) -> float:
        """The time that the rest takes, if each epoch takes as long as the first."""
        return self.seconds * max(self.recipe.epochs - 1, 0)

    def start(self) -> float:
        """Tune until the model is scored for the first time, and pause; return that score."""
        with suppress(RunStoppedError):
            self._tune(should_stop=lambda: bool(self.scores))
        return self.scores[0]

    def finish(self) -> Trial:
        """Tune to the end, and predict."""
        tuned = self._tune(resume=bool(self.scores))
        predictor = Predictor.load(tuned.folder, self.base.folder)
        dev = self.context.parts.dev
        started_at = time.perf_counter()
        predictions = predictor.predict_examples(dev)
        ms_per_text = 1000 * (time.perf_counter() - started_at) / len(dev)
        self.finished = True
        memory = weights_mb(self.base.folder)
        return Trial(self.model, self.method, predictions, self.seconds, ms_per_text, memory)

    def _tune(self, should_stop: Callable[[], bool] = never, resume: bool = False) -> TunedModel:
        from chainzoo.tuning.tune import tune

        parts = self.context.parts
        data = TrainingData(parts.train, parts.dev, self.context.labels)
        workdir = self.workdir / f"{self.model}-{self.method}"
        run = RunContext(workdir, self._on_event, should_stop, resume)
        started_at = time.perf_counter()
        try:
            return tune(self.recipe, data, self.base, run)
        finally:
            self.seconds += time.perf_counter() - started_at

    def _on_event(self, event: TuningEvent) -> None:
        if event.kind == "evaluated":
            self.scores.append(next(iter(event.scores.values())))


def run_fine_tuning(context: TrialContext, model: str, method: str) -> Trial:
    """Fine-tune a model from the start to the end, and predict."""
    with scratch_folder(context.home) as folder:
        return TuningTrial(context, model, method, folder).finish()

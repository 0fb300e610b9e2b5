"""The ways in which a task can be done on some data, each tried on the same rows and timed."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chainzoo.data.splitting import Split
from chainzoo.errors import RunStoppedError
from chainzoo.evaluation.baselines import LINEAR, MAJORITY, predict_baselines
from chainzoo.evaluation.evaluate import task_scorer
from chainzoo.home import Home
from chainzoo.inference.predictor import Predictor
from chainzoo.selection.linear_probe import memory_of, probe
from chainzoo.selection.result import Candidate
from chainzoo.tasks import LabelSpace, Task
from chainzoo.tuning import Recipe
from chainzoo.tuning.base_checkpoint import load_base_checkpoint
from chainzoo.tuning.context import RunContext
from chainzoo.tuning.events import TuningEvent
from chainzoo.tuning.model_folder import TunedModel
from chainzoo.tuning.training_data import TrainingData

SEED = 13
SIMPLE = "simple"  # The model's name of what needs none.
FROZEN = "frozen"
CONTRASTIVE = "few-shot"


@dataclass(frozen=True, slots=True)
class TrialContext:
    """The rows that all ways learn from and are judged by."""

    home: Home
    task: Task
    parts: Split
    labels: LabelSpace


@dataclass(frozen=True, slots=True)
class Trial:
    """What a way answered, and what it cost."""

    model: str
    strategy: str
    answers: list[Any]
    seconds: float
    ms_a_text: float
    memory_mb: float

    @property
    def name(self) -> str:
        """The model and how it was used."""
        return f"{self.model} ({self.strategy})"


def simple_trials(context: TrialContext) -> list[Trial]:
    """What needs no model: the majority and TF-IDF, or the task's own simple ways."""
    begun = time.perf_counter()
    found = predict_baselines(
        context.task, context.parts.train, context.parts.dev, context.labels, SEED
    )
    seconds = time.perf_counter() - begun
    trials = []
    for name, answers in found.items():
        took = seconds if name == LINEAR else 0.0
        each = 1000 * took / max(len(context.parts.train) + len(context.parts.dev), 1)
        trials.append(Trial(SIMPLE, name, answers, took, each, 0.0))
    return trials


def has_units(context: TrialContext) -> bool:
    """Whether names of texts or tokens are learnt, so that frozen vectors can be tried."""
    if context.task.baseline_predictions(
        context.parts.train[:20], context.parts.dev[:1], context.labels
    ):
        return False
    return any(context.task.classification_units(context.parts.train[:5]))


def frozen_trial(context: TrialContext, model: str) -> Trial:
    """Logistic regression on the vectors of the model as it is."""
    base = load_base_checkpoint(context.home, model, context.task)
    begun = time.perf_counter()
    answers = probe(base, context.task, context.parts.train, context.parts.dev, context.labels)
    seconds = time.perf_counter() - begun
    each = 1000 * seconds / (len(context.parts.train) + len(context.parts.dev))
    return Trial(model, FROZEN, answers, seconds, each, memory_of(base.folder))


def contrastive_trial(context: TrialContext, model: str) -> Trial:
    """Few texts of each label drawn together and apart, then logistic regression: SetFit's way.

    Raises:
        MissingExtraError: what it is tuned with is not installed.
    """
    from sklearn.linear_model import LogisticRegression

    from chainzoo.tuning.contrastive import few_shot_pairs, tune_embeddings

    base = load_base_checkpoint(context.home, model, context.task)
    texts = [example.text for example in context.parts.train]
    names = [example.labels[0] for example in context.parts.train]
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory() as scratch:
        pairs = few_shot_pairs(texts, names, seed=SEED)
        encoder = tune_embeddings(base, pairs, Path(scratch) / "encoder", seed=SEED)
    head = LogisticRegression(C=10, max_iter=500, random_state=SEED)
    head.fit(encoder.encode(texts, show_progress_bar=False), names)
    seconds = time.perf_counter() - begun
    asked = [example.text for example in context.parts.dev]
    begun = time.perf_counter()
    found = head.predict(encoder.encode(asked, show_progress_bar=False))
    each = 1000 * (time.perf_counter() - begun) / len(asked)
    units = [[(str(name),)] for name in found]
    answers = context.task.predictions_from_units(context.parts.dev, units, context.labels)
    return Trial(model, CONTRASTIVE, answers, seconds, each, memory_of(base.folder))


class TuningTrial:
    """A real fine-tuning with the usual recipe, which can pause early and go on if it is promising."""

    def __init__(self, context: TrialContext, model: str, method: str, workdir: Path) -> None:
        from chainzoo.tuning.defaults import resolve_recipe

        self.context, self.model, self.method, self.workdir = context, model, method, workdir
        self.base = load_base_checkpoint(context.home, model, context.task)
        asked = Recipe.of(
            task=context.task.name, model=model, method=method, name="trial", seed=SEED
        )
        self.recipe = resolve_recipe(asked, self.base, len(context.parts.train))
        self.seconds = 0.0
        self.scores: list[float] = []
        self.finished = False

    @property
    def name(self) -> str:
        """The model and how it is tuned."""
        return f"{self.model} ({self.method})"

    @property
    def seconds_left(self) -> float:
        """What the rest takes, if an epoch takes as long as the first."""
        return self.seconds * max(self.recipe.epochs - 1, 0)

    def begin(self) -> float:
        """Tune until it is judged for the first time, and pause; gives that score."""
        with suppress(RunStoppedError):
            self._tune(should_stop=lambda: bool(self.scores))
        return self.scores[0]

    def finish(self) -> Trial:
        """Go on to the end, and answer."""
        tuned = self._tune(resume=bool(self.scores))
        predictor = Predictor.load(tuned.folder, self.base.folder)
        begun = time.perf_counter()
        answers = predictor.predict_examples(self.context.parts.dev)
        each = 1000 * (time.perf_counter() - begun) / len(self.context.parts.dev)
        memory = memory_of(self.base.folder)
        self.finished = True
        return Trial(self.model, self.method, answers, self.seconds, each, memory)

    def _tune(
        self, should_stop: Callable[[], bool] = lambda: False, resume: bool = False
    ) -> TunedModel:
        from chainzoo.tuning.tune import tune

        parts = self.context.parts
        material = TrainingData(parts.train, parts.dev, self.context.labels)
        begun = time.perf_counter()
        try:
            workdir = self.workdir / f"{self.model}-{self.method}"
            context = RunContext(workdir, self._hear, should_stop, resume)
            return tune(self.recipe, material, self.base, context)
        finally:
            self.seconds += time.perf_counter() - begun

    def _hear(self, event: TuningEvent) -> None:
        if event.kind == "evaluated":
            scores = {k: v for k, v in event.values.items() if k not in ("step", "epoch")}
            self.scores.append(float(next(iter(scores.values()))))


def tuned_trial(context: TrialContext, model: str, method: str) -> Trial:
    """A fine-tuning from its beginning to its end."""
    with scratch(context.home) as folder:
        return TuningTrial(context, model, method, folder).finish()


@contextmanager
def scratch(home: Home) -> Iterator[Path]:
    """A folder for what is being tuned, which goes away."""
    folder = home.cache / "trials"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="trial-", dir=folder, ignore_cleanup_errors=True) as at:
        yield Path(at)


def score_of(context: TrialContext, trial: Trial) -> float:
    """The deciding score."""
    counts = context.task.sufficient_statistics(
        context.parts.dev, trial.answers, context.labels
    ).sum(axis=0)
    return float(next(iter(context.task.scores(counts, context.labels).values())))


def ranked(
    context: TrialContext,
    trials: Sequence[Trial],
    facts: dict[str, tuple[float | None, str | None]],
) -> tuple[str, tuple[Candidate, ...]]:
    """The metric, and the trials as candidates, the best first, each paired with the best.

    ``facts`` are size in MB and licence by the name of the model.
    """
    task, labels, dev = context.task, context.labels, context.parts.dev

    scorer = task_scorer(task, labels)
    counts = [task.sufficient_statistics(dev, trial.answers, labels) for trial in trials]
    metric = scorer.metric(counts[0])
    values = [scorer.scores(matrix)[metric] for matrix in counts]
    order = sorted(range(len(trials)), key=lambda at: (-values[at], trials[at].seconds))
    found = []
    for at in order:
        trial = trials[at]
        low, high = scorer.intervals(counts[at])[metric]
        behind = None
        if at != order[0]:
            behind = scorer.difference(counts[order[0]], counts[at])
        size, license_ = facts.get(trial.model, (None, None))
        found.append(
            Candidate(
                trial.model,
                trial.strategy,
                values[at],
                low,
                high,
                round(trial.seconds, 2),
                round(trial.ms_a_text, 3),
                trial.memory_mb,
                size,
                license_,
                behind,
            )
        )
    return metric, tuple(found)


__all__ = [
    "CONTRASTIVE",
    "FROZEN",
    "LINEAR",
    "MAJORITY",
    "SIMPLE",
    "Trial",
    "TrialContext",
    "TuningTrial",
    "contrastive_trial",
    "frozen_trial",
    "has_units",
    "ranked",
    "score_of",
    "scratch",
    "simple_trials",
    "tuned_trial",
]

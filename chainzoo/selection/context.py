"""The rows and the labels that all trials of a comparison share."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chainzoo.catalog import Catalog, ModelCard
from chainzoo.data import ReadOptions
from chainzoo.data.holdout import read_training_data
from chainzoo.data.splitting import Split, predefined_split, stratified_split
from chainzoo.data.table import check_trainable
from chainzoo.evaluation.evaluate import task_scorer
from chainzoo.evaluation.sampling import evenly_spaced
from chainzoo.home import Home
from chainzoo.metrics.wilson import UNIT
from chainzoo.tasks import LabelSpace, Task, get_task

SEED = 13
MAX_TRAIN_ROWS = 3000  # More rarely change the order of the models.
MAX_DEV_ROWS = 1000
DEV_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class TrialContext:
    """What all trials share: ``parts.train`` to train on, ``parts.dev`` to score on, and labels.

    ``data`` is the name of the data.
    """

    home: Home
    data: str
    task: Task
    parts: Split
    labels: LabelSpace

    def scores(self, predictions: Sequence[Any]) -> dict[str, float]:
        """Return the scores of predictions for ``parts.dev``; the first is the deciding one."""
        counts = self.task.sufficient_statistics(self.parts.dev, predictions, self.labels)
        return task_scorer(self.task, self.labels).scores(counts)

    def score(self, predictions: Sequence[Any]) -> float:
        """Return the deciding score of predictions for ``parts.dev``."""
        return next(iter(self.scores(predictions).values()))

    def point(self, metric: str) -> float:
        """Return a hundredth of the highest score: 0.01 for accuracy, 1.0 for BLEU."""
        highest = self.task.score_ranges.get(metric, UNIT)[1]
        return highest / 100 if highest > 0 and math.isfinite(highest) else 0.01

    @property
    def has_units(self) -> bool:
        """Whether the task classifies texts or tokens, so that a linear probe can be trained."""
        train, dev = self.parts.train, self.parts.dev
        if self.task.baseline_predictions(train[:20], dev[:1], self.labels):
            return False
        return any(self.task.classification_units(train[:5]))


def open_trial_context(home: Home, data: Any, options: ReadOptions | None = None) -> TrialContext:
    """Read data, without its held-out rows, and split it into rows to train and to score on.

    At most 3,000 rows are trained on and 1,000 scored, spread evenly over the data.

    Raises:
        DataError: the data cannot be read, or cannot be trained on.
    """
    table = read_training_data(home, data, options)
    check_trainable(table)
    parts = predefined_split(table) or stratified_split(table, DEV_SHARE, SEED)
    task = get_task(table.task)
    labels = task.label_space(table.examples, table.multi_label)
    train = evenly_spaced(parts.train, MAX_TRAIN_ROWS)
    dev = evenly_spaced(parts.dev, MAX_DEV_ROWS)
    return TrialContext(home, table.name, task, Split(train, dev), labels)


def candidate_cards(home: Home, task: Task, models: Sequence[str] | None = None) -> list[ModelCard]:
    """Return the named cards, or else those for the task whose weights are on this machine.

    Raises:
        UnknownCardError: the catalog has no card of a name.
    """
    catalog = Catalog.load(home)
    if models:
        return [catalog.get(name) for name in models]
    suited = [card for card in catalog.find(task=task.name) if card.kind in task.base_kinds]
    fetched = [card for card in suited if (home.weights / card.id).is_dir()]
    return fetched or [catalog.get(task.default_model)]


@contextmanager
def scratch_folder(home: Home) -> Iterator[Path]:
    """Create a folder for models that are trained to be compared; remove it at the end."""
    parent = home.cache / "trials"
    parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(
        prefix="trial-", dir=parent, ignore_cleanup_errors=True
    ) as folder:
        yield Path(folder)

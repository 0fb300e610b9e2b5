"""Which base model suits some data: cheap probes on the data's own rows, judged alike.

A probe is logistic regression on the frozen model's vectors: it takes seconds, and ranks models
much as a full tuning does. The simple baseline stands in the same table.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from chainzoo.catalog import Catalog, ModelCard
from chainzoo.data import ReadOptions
from chainzoo.data.read import check_trainable, read
from chainzoo.data.split import own_split, split
from chainzoo.errors import ChainZooError, TaskError
from chainzoo.evaluation.baselines import LINEAR, baselines
from chainzoo.evaluation.bootstrap import Difference
from chainzoo.evaluation.evaluate import compare as paired
from chainzoo.evaluation.evaluate import evaluate
from chainzoo.home import Home
from chainzoo.pipeline import open_base
from chainzoo.tasks import LabelSpace, ModelSettings, Task, get_task

SECONDS = 120.0
MOST_ROWS = 3000  # Learnt from at most; more change the order of the models rarely.
HOLDOUT = 0.2
SEED = 13

Progress = Callable[[str], None]


def quiet(model: str) -> None:
    """A progress listener for those who do not listen."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One model's row. ``behind`` is the paired difference to the best; ``None`` for the best."""

    model: str
    score: float
    low: float
    high: float
    seconds: float
    size_mb: float | None
    license: str | None
    behind: Difference | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """The candidates, the best first, those that were left out with the reason, and a sentence."""

    data: str
    task: str
    metric: str
    rows: int
    candidates: tuple[Candidate, ...]
    left_out: dict[str, str]
    verdict: str

    def as_dict(self) -> dict[str, Any]:
        """All of it as plain values."""
        return asdict(self)


def compare_models(
    home: Home,
    data: Any,
    *,
    models: Sequence[str] | None = None,
    options: ReadOptions | None = None,
    seconds: float = SECONDS,
    progress: Progress = quiet,
) -> Comparison:
    """Compare models on ``data``: those named, or those of the task whose weights are here.

    Raises:
        DataError: the data cannot be read. UnknownCardError: a name is no card's.
        TaskError: no model could be tried.
    """
    table = read(data, options)
    check_trainable(table)
    parts = own_split(table) or split(table, HOLDOUT, SEED)
    train, dev = parts.train[:MOST_ROWS], parts.dev[:MOST_ROWS]
    task = get_task(table.task)
    labels = task.label_space(table.examples, table.multi_label)
    cards = _candidates(home, table.task, models)
    answers: dict[str, list[Any]] = {LINEAR: baselines(task, train, dev, labels)[LINEAR]}
    took: dict[str, float] = {LINEAR: 0.0}
    left_out: dict[str, str] = {}
    begun = time.monotonic()
    for card in cards:
        if time.monotonic() - begun > seconds:
            left_out[card.id] = f"the time of {seconds:g} s was used up"
            continue
        progress(card.id)
        started = time.monotonic()
        try:
            answers[card.id] = probe(home, card, task, train, dev, labels)
        except ChainZooError as error:
            left_out[card.id] = str(error)
            continue
        took[card.id] = round(time.monotonic() - started, 1)
    if len(answers) == 1:
        why = "; ".join(f"{name}: {reason}" for name, reason in left_out.items())
        raise TaskError(f"No model could be tried. {why}", remedy="Fetch one: chainzoo fetch CARD.")
    facts = {card.id: card for card in cards}
    candidates = _ranked(task, dev, answers, labels, took, facts)
    return Comparison(
        data=table.name,
        task=table.task,
        metric=evaluate(task, dev, answers[LINEAR], labels, resamples=2).metric,
        rows=len(dev),
        candidates=candidates,
        left_out=left_out,
        verdict=_verdict(candidates),
    )


def probe(
    home: Home,
    card: ModelCard,
    task: Task,
    train: Sequence[Any],
    dev: Sequence[Any],
    labels: LabelSpace,
) -> list[Any]:
    """Predictions for ``dev`` of logistic regression on the frozen model's vectors."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.preprocessing import MultiLabelBinarizer, StandardScaler

    known, asked = _vectors(home, card, task, (train, dev), labels)
    names = [n for units in task.baseline_units(train) for _, n in units]
    counts = [len(units) for units in task.baseline_units(dev)]
    scaler = StandardScaler().fit(known)
    model: Any = LogisticRegression(C=0.1, max_iter=300, random_state=SEED)
    if labels.problem == "multi":
        binary = MultiLabelBinarizer().fit(names)
        model = OneVsRestClassifier(model).fit(scaler.transform(known), binary.transform(names))
        found = list(binary.inverse_transform(model.predict(scaler.transform(asked))))
    else:
        model.fit(scaler.transform(known), [n[0] for n in names])
        found = [(str(name),) for name in model.predict(scaler.transform(asked))]
    rest = iter(found)
    return task.from_units(dev, [[next(rest) for _ in range(n)] for n in counts], labels)


def _vectors(
    home: Home, card: ModelCard, task: Task, parts: Sequence[Sequence[Any]], labels: LabelSpace
) -> list[np.ndarray]:
    """A vector for each unit (text or token) of each part, from the frozen encoder."""
    import torch

    from chainzoo.tuning.forward import logits
    from chainzoo.tuning.precision import best_precision, device

    base = open_base(home, card.id)
    model = task.build(base.folder, ModelSettings(labels, base.pooling or "mean", 0.0))
    size = model.encoder.config.hidden_size
    model.head = torch.nn.Linear(size, size)  # As it is: what comes out are the vectors.
    with torch.no_grad():
        model.head.weight.copy_(torch.eye(size))
        model.head.bias.zero_()
    model = model.to(device(), getattr(torch, best_precision())).eval()
    tokenizer = task.open_processor(base.folder)
    found = []
    for examples in parts:
        features = task.encode(examples, tokenizer, labels, 256, 32)
        rows = logits(model, task, features, labels, tokenizer.pad_token_id or 0)
        found.append(_by_unit(rows, features, task.baseline_units(examples), size))
    return found


def _by_unit(
    rows: Sequence[np.ndarray], features: Sequence[Any], units: Sequence[Any], size: int
) -> np.ndarray:
    """Each unit's vector: of a token where it first shows, of a text the mean of its windows."""
    starts = np.cumsum([0, *(len(of) for of in units)])
    total, seen = np.zeros((int(starts[-1]), size), np.float32), np.zeros(int(starts[-1]))
    for feature, row in zip(features, rows, strict=True):
        first = int(starts[feature.example])
        if row.ndim == 1:
            total[first] += row
            seen[first] += 1
            continue
        for position, word in zip(feature.positions, feature.words, strict=True):
            if not seen[first + word]:
                total[first + word] = row[position]
                seen[first + word] = 1
    return np.asarray(total / np.maximum(seen, 1)[:, None])


def _candidates(home: Home, task: str, models: Sequence[str] | None) -> list[ModelCard]:
    catalog = Catalog.load(home)
    if models:
        return [catalog.get(name) for name in models]
    suited = [card for card in catalog.find(task=task) if card.kind in ("encoder", "embedding")]
    here = [card for card in suited if (home.weights / card.id).is_dir()]
    return here or [catalog.get("minilm-l6")]


def _ranked(
    task: Task,
    dev: Sequence[Any],
    answers: dict[str, list[Any]],
    labels: LabelSpace,
    took: dict[str, float],
    facts: dict[str, ModelCard],
) -> tuple[Candidate, ...]:
    reports = {name: evaluate(task, dev, found, labels) for name, found in answers.items()}
    order = sorted(reports, key=lambda name: -reports[name].score)
    ranked = []
    for name in order:
        report, card = reports[name], facts.get(name)
        low, high = report.intervals[report.metric]
        behind = None
        if name != order[0]:
            behind = paired(task, dev, answers[order[0]], answers[name], labels)
        size, license_ = (card.size_mb, card.license) if card else (None, None)
        ranked.append(Candidate(name, report.score, low, high, took[name], size, license_, behind))
    return tuple(ranked)


def _verdict(candidates: Sequence[Candidate]) -> str:
    best, *rest = candidates
    if not rest:
        return f"{best.model} reaches {best.score:.3f}."
    near = [c for c in rest if c.behind is not None and c.behind.high >= 0]
    small = min([best, *near], key=lambda c: c.size_mb or 0.0)
    said = f"{best.model} is best with {best.score:.3f}"
    if small is not best:
        return f"{said}; {small.model} is not measurably behind and smaller, so take that."
    second = rest[0]
    sure = "measurably" if second not in near else "but not measurably"
    return f"{said}, {sure} ahead of {second.model} ({second.score:.3f}): take {best.model}."

"""The plan of a fine-tuning that a person is asked to approve: what, on what, how long, how big."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from chainzoo.catalog import Catalog, ModelCard, weights_sha256
from chainzoo.data import Table
from chainzoo.data.holdout import read_training_data
from chainzoo.data.read import check_trainable
from chainzoo.data.splitting import Split
from chainzoo.errors import FetchError
from chainzoo.home import Home
from chainzoo.registry import Registry, RunRecord, RunStore
from chainzoo.registry.names import check_name, name_from
from chainzoo.tasks import LabelSpace, get_task
from chainzoo.tuning import Recipe
from chainzoo.tuning.base_checkpoint import BaseCheckpoint, check_card_kind
from chainzoo.tuning.splits import split_data

if TYPE_CHECKING:
    from chainzoo.zoo import Zoo

# Measured on two cores: a process of its own that starts, loads, judges, publishes and ends.
START_SECONDS = 10.0
JUDGED_TWICE = 2  # After the last epoch the rows held out are predicted twice: score and parity.
# DialogueState as measured on minilm-l6 with every method, within a quarter: the libraries in MB, how
# often the weights are there (tuned, judged, loaded back), and how many times what one batch keeps
# for its gradient the allocator holds, because batches differ in width.
LIBRARIES_MB = 600
COPIES = 3
BATCHES = 4
# Bytes kept for the gradient, per token, layer and hidden unit: counted on minilm-l6.
KEPT = {"full": 60, "lora": 90, "qlora": 90, "head": 0}


@dataclass(frozen=True, slots=True)
class TuningPlan:
    """One fine-tuning to approve.

    ``minutes`` and ``memory_mb`` are estimates, and ``basis`` says from what. ``fingerprint`` is of
    the file's content and all settings: another fingerprint is another plan, to be asked for anew.
    """

    data: str
    rows: int
    labels: int
    task: str
    model: str
    method: str
    epochs: float
    learning_rate: float | None
    batch_size: int | None
    name: str
    minutes: float
    memory_mb: int
    basis: str
    download_mb: float | None
    fingerprint: str

    def as_dict(self) -> dict[str, Any]:
        """All of it as plain values."""
        return asdict(self)

    def __str__(self) -> str:
        """The plan as a person reads it before saying yes."""
        passes = "1 epoch" if self.epochs == 1 else f"{self.epochs:g} epochs"
        rate = f", learning rate {self.learning_rate:g}" if self.learning_rate else ""
        batch = f", batches of {self.batch_size}" if self.batch_size else ""
        minutes = "less than a minute" if self.minutes < 1 else f"about {self.minutes:.0f} min"
        fetched = f" {self.download_mb:,.0f} MB are downloaded first." if self.download_mb else ""
        return (
            f"Tune {self.model} ({self.method}) on {self.data}: {self.rows:,} rows, {self.labels}"
            f" labels, {self.task}, {passes}{rate}{batch}; it becomes {self.name}. It takes"
            f" {minutes} and {self.memory_mb:,} MB of memory ({self.basis}).{fetched}"
        )


@dataclass(frozen=True, slots=True)
class _Asked:
    """A fine-tuning with everything decided that can be decided without training."""

    recipe: Recipe
    source: str
    table: Table
    parts: Split
    labels: LabelSpace
    card: ModelCard
    base: BaseCheckpoint | None

    @property
    def fingerprint(self) -> str:
        """A hash of the data's content and the settings."""
        values = {
            "data": self.source,
            "content": self.table.sha256,
            "recipe": self.recipe.model_dump(mode="json"),
            "base": self.base.sha256 if self.base else None,
        }
        return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class _Cost:
    seconds: float
    memory_mb: float
    basis: str


def recipe_of(told: Mapping[str, Any]) -> Recipe:
    """The recipe that a call of ``tune_model`` stands for."""
    return Recipe.of(**{name: value for name, value in told.items() if name != "data"})


def fingerprint(zoo: Zoo, data: str, **told: Any) -> str:
    """The fingerprint of a plan, without what it costs; it takes one reading of the data.

    Raises:
        As :func:`plan_tuning` does.
    """
    return _ask(zoo.home, data, told).fingerprint


def plan_tuning(zoo: Zoo, data: str, **told: Any) -> TuningPlan:
    """The plan of a call of ``tune_model``; nothing is started, and nothing downloaded.

    The cost is that of an earlier run on the same content, or of a few real steps, or, while the
    weights are not here, a guess from the size of the model.

    Raises:
        DataError, RecipeError, CatalogError: the call cannot be carried out as it is.
    """
    home = zoo.home
    asked = _ask(home, data, told)
    cost = _as_before(home, asked) or (_timed_once(home, asked) if asked.base else _by_size(asked))
    recipe = asked.recipe
    return TuningPlan(
        data=data,
        rows=len(asked.table),
        labels=len(asked.table.labels),
        task=recipe.task or "",
        model=recipe.model or "",
        method=recipe.method,
        epochs=recipe.epochs,
        learning_rate=recipe.learning_rate,
        batch_size=recipe.batch_size,
        name=recipe.name or "",
        minutes=round(cost.seconds / 60, 2),
        memory_mb=round(cost.memory_mb / 10) * 10,
        basis=cost.basis,
        download_mb=None if asked.base else asked.card.size_mb,
        fingerprint=asked.fingerprint,
    )


def _ask(home: Home, data: str, told: Mapping[str, Any]) -> _Asked:
    recipe = recipe_of(told)
    if recipe.model:
        Catalog.load(home).get(recipe.model)
    name = check_name(recipe.name or name_from(data))
    table = read_training_data(home, data, recipe.read_options)
    check_trainable(table)
    parts = split_data(home, table, recipe)
    task = get_task(table.task)
    labels = task.label_space(parts.train, table.multi_label)
    task.validate(parts.dev, labels)
    recipe = recipe.for_task(table.task).with_values(name=name)
    card = Catalog.load(home).get(recipe.model or "")
    check_card_kind(card, task)
    base = _base(home, card)
    if base is not None:
        from chainzoo.tuning.defaults import resolve

        recipe = resolve(recipe, base, len(parts.train))
    return _Asked(recipe, data, table, parts, labels, card, base)


def _base(home: Home, card: ModelCard) -> BaseCheckpoint | None:
    """The base model where its weights are here; a plan downloads nothing."""
    folder = home.weights / card.id
    try:
        return BaseCheckpoint(folder, card.id, weights_sha256(folder), card.pooling)
    except FetchError:
        return None


def _as_before(home: Home, asked: _Asked) -> _Cost | None:
    """The cost of the latest finished run on the same content with the same speed of a step."""
    store = RunStore(Registry(home))
    for run in store.list_runs():
        if run.state == "finished" and _is_alike(store, run, asked):
            steps = [event for event in store.events(run.id) if event.kind == "step"]
            if not steps or not steps[-1].values.get("steps_per_second"):
                continue
            last = steps[-1].values
            training = last["steps"] / last["steps_per_second"]
            rest = max((run.updated_at - run.created_at).total_seconds() - training, 0)
            longer = asked.recipe.epochs / Recipe.of(**run.recipe).epochs
            seconds = training * longer + rest
            return _Cost(seconds, _memory(asked), f"as run {run.id} was on the same data")
    return None


def _is_alike(store: RunStore, run: RunRecord, asked: _Asked) -> bool:
    """Whether a run read the same content and differs in nothing that decides its speed."""
    if run.model is None or run.recipe.get("model") != asked.recipe.model:
        return False
    try:
        lineage = store.registry.get(run.model).lineage
    except LookupError:
        return False
    same = ("method", "batch_size", "batch_tokens", "max_length", "precision", "lora_rank")
    wanted = asked.recipe.model_dump(mode="json")
    return lineage.data_sha256 == asked.table.sha256 and all(
        lineage.recipe.get(name) == wanted[name] for name in same
    )


def _timed_once(home: Home, asked: _Asked) -> _Cost:
    """The cost by a few real steps, which are taken once for a plan however often it is asked."""
    known = home.cache / "estimates" / f"{asked.fingerprint}.json"
    if known.exists():
        return _Cost(**json.loads(known.read_text(encoding="utf-8")))
    cost = _timed(asked)
    known.parent.mkdir(parents=True, exist_ok=True)
    beside = known.with_suffix(f".{os.getpid()}.part")
    beside.write_text(json.dumps(asdict(cost)), encoding="utf-8")
    os.replace(beside, known)
    return cost


def _timed(asked: _Asked) -> _Cost:
    """The cost by a few real steps."""
    from chainzoo.agent.timing import time_steps

    assert asked.base is not None
    recipe = asked.recipe
    timing = time_steps(recipe, asked.parts.train, asked.labels, asked.base)
    judged = len(asked.parts.dev) * timing.seconds_a_row * (recipe.epochs + JUDGED_TWICE)
    training = timing.steps_an_epoch * recipe.epochs * timing.seconds_a_step
    memory = _megabytes(timing.parameters, timing.trainable, timing.saved)
    return _Cost(START_SECONDS + training + judged, memory, f"from {timing.timed} steps, timed")


def _by_size(asked: _Asked) -> _Cost:
    """The cost by the size of a model that is not here: arithmetic over this machine's speed."""
    parameters = asked.card.parameters or (asked.card.size_mb or 400) * 1e6 / 4
    tokens = sum(len(e.text) for e in asked.parts.train) / 3.5 + 2 * len(asked.parts.train)
    passes = 2 if asked.recipe.method == "head" else 6  # Operations a weight and token.
    work = parameters * 0.5 * tokens * passes * asked.recipe.epochs  # Half are embeddings.
    seconds = START_SECONDS + work / _operations_a_second()
    return _Cost(seconds, _memory(asked), "a rough guess from its size, until its weights are here")


def _operations_a_second() -> float:
    """What this machine reaches in a matrix product."""
    import time

    import torch

    from chainzoo.modeling.precision import device

    matrix = torch.rand(1024, 1024, device=device())
    float((matrix @ matrix).sum())
    begun = time.perf_counter()
    float((matrix @ matrix).sum())
    return 2 * 1024**3 / max(time.perf_counter() - begun, 1e-6) / 2  # A model reaches half of it.


def _memory(asked: _Asked) -> float:
    """DialogueState in MB by arithmetic, from the size of the model and of its widest batch."""
    recipe, card = asked.recipe, asked.card
    parameters = card.parameters or (card.size_mb or 400) * 1e6 / 4
    longest = max(len(example.text) for example in asked.parts.train) / 3.5 + 2
    width = min(longest, recipe.max_length or 512)
    tokens = min(recipe.batch_tokens, (recipe.batch_size or 32) * width)
    layers, hidden = _shape(parameters)
    kept = KEPT[recipe.method] * tokens * layers * hidden
    learnt = parameters if recipe.method == "full" else 0.03 * parameters
    return _megabytes(parameters, learnt, kept)


def _megabytes(parameters: float, learnt: float, kept: float) -> float:
    """Weights in float32, a gradient and two moments for those that are learnt, and activations."""
    return LIBRARIES_MB + (COPIES * 4 * parameters + 12 * learnt + BATCHES * kept) / 1e6


def _shape(parameters: float) -> tuple[int, int]:
    """Layers and hidden units of an encoder of about that size."""
    known = ((25e6, 6, 384), (50e6, 12, 384), (150e6, 12, 768))
    for most, layers, hidden in known:
        if parameters <= most:
            return layers, hidden
    return 24, 1024

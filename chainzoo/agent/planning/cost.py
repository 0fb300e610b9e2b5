"""Estimate how long a fine-tuning takes and how much memory it needs."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass

from chainzoo import atomic
from chainzoo.agent.planning.memory import (
    CHARACTERS_PER_TOKEN,
    SPECIAL_TOKENS,
    estimate_memory_mb,
    parameter_count,
    sum_memory_mb,
)
from chainzoo.agent.planning.resolved import ResolvedTuning
from chainzoo.agent.planning.timing import time_steps
from chainzoo.home import Home
from chainzoo.registry import Registry, RunRecord, RunStore
from chainzoo.tuning import Recipe

# Measured on two cores: a process that starts, loads, evaluates, publishes and ends.
START_SECONDS = 10.0
# After the last epoch the held-out rows are predicted twice more: for the report and for parity.
FINAL_EVALUATIONS = 2
# Floating-point operations per weight and token: a forward pass, and with a backward pass.
FORWARD_OPERATIONS, TRAINING_OPERATIONS = 2, 6
ENCODER_SHARE = 0.5  # About half of the weights of an encoder of this size are embeddings.
# Recipe fields that decide how long a step takes.
SPEED_FIELDS = (
    "method",
    "batch_size",
    "batch_tokens",
    "max_length",
    "precision",
    "lora_rank",
)


@dataclass(frozen=True, slots=True)
class CostEstimate:
    """Seconds and megabytes of memory, and what the estimate is based on."""

    seconds: float
    memory_mb: float
    basis: str


def estimate_cost(home: Home, tuning: ResolvedTuning) -> CostEstimate:
    """Estimate from an earlier run, else from timed steps, else from the size of the model."""
    earlier = _from_earlier_run(home, tuning)
    if earlier is not None:
        return earlier
    return _from_size(tuning) if tuning.base is None else _from_steps_once(home, tuning)


def _from_earlier_run(home: Home, tuning: ResolvedTuning) -> CostEstimate | None:
    """The cost of the latest finished run on the same content whose steps took as long."""
    store = RunStore(Registry(home))
    for run in store.list_runs():
        if run.state != "finished" or not _is_comparable(store, run, tuning):
            continue
        steps = [event for event in store.events(run.id) if event.kind == "step"]
        if not steps or not steps[-1].values.get("steps_per_second"):
            continue
        last = steps[-1].values
        training = last["steps"] / last["steps_per_second"]
        rest = max((run.updated_at - run.created_at).total_seconds() - training, 0)
        ratio = tuning.recipe.epochs / Recipe.of(**run.recipe).epochs
        basis = f"as run {run.id} took on the same data"
        return CostEstimate(training * ratio + rest, estimate_memory_mb(tuning), basis)
    return None


def _is_comparable(store: RunStore, run: RunRecord, tuning: ResolvedTuning) -> bool:
    """Whether a run read the same content and has the same speed."""
    if run.model is None or run.recipe.get("model") != tuning.recipe.model:
        return False
    try:
        lineage = store.registry.get(run.model).lineage
    except LookupError:
        return False
    expected = tuning.recipe.model_dump(mode="json")
    return lineage.data_sha256 == tuning.table.sha256 and all(
        lineage.recipe.get(name) == expected[name] for name in SPEED_FIELDS
    )


def _from_steps_once(home: Home, tuning: ResolvedTuning) -> CostEstimate:
    """The cost by timed steps; the steps are taken once for a plan and cached."""
    path = home.cache / "estimates" / f"{tuning.fingerprint}.json"
    if path.exists():
        return CostEstimate(**json.loads(path.read_text(encoding="utf-8")))
    cost = _from_steps(tuning)
    atomic.write_text(path, json.dumps(asdict(cost)))
    return cost


def _from_steps(tuning: ResolvedTuning) -> CostEstimate:
    recipe = tuning.recipe
    timing = time_steps(tuning)
    evaluations = recipe.epochs + FINAL_EVALUATIONS
    evaluation = len(tuning.split.dev) * timing.seconds_per_row * evaluations
    training = timing.steps_per_epoch * recipe.epochs * timing.seconds_per_step
    memory_mb = sum_memory_mb(timing.parameters, timing.trainable, timing.saved_bytes)
    basis = f"from {timing.steps} steps, timed"
    return CostEstimate(START_SECONDS + training + evaluation, memory_mb, basis)


def _from_size(tuning: ResolvedTuning) -> CostEstimate:
    """The cost by the operations of a model of that size over the speed of this machine."""
    recipe, train = tuning.recipe, tuning.split.train
    characters = sum(len(example.text) for example in train)
    tokens = characters / CHARACTERS_PER_TOKEN + SPECIAL_TOKENS * len(train)
    per_token = FORWARD_OPERATIONS if recipe.method == "head" else TRAINING_OPERATIONS
    weights = parameter_count(tuning.card) * ENCODER_SHARE
    seconds = weights * tokens * per_token * recipe.epochs / _operations_per_second()
    basis = "a rough guess from its size, until its weights are downloaded"
    return CostEstimate(START_SECONDS + seconds, estimate_memory_mb(tuning), basis)


def _operations_per_second() -> float:
    """Half of the speed of a matrix product on this machine, which is what a model reaches."""
    import torch

    from chainzoo.modeling.precision import device

    size = 1024
    matrix = torch.rand(size, size, device=device())
    float((matrix @ matrix).sum())
    started_at = time.perf_counter()
    float((matrix @ matrix).sum())
    return 2 * size**3 / max(time.perf_counter() - started_at, 1e-6) / 2

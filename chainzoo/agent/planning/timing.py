"""Time a few real training steps on the data of a fine-tuning, and count what they keep."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from chainzoo.agent.planning.resolved import ResolvedTuning
from chainzoo.errors import RecipeError
from chainzoo.tasks import Feature, ModelSettings, get_task

SAMPLE_ROWS = 2000  # A large file is represented by that many rows.
MAX_STEPS = 12
MAX_SECONDS = 3.0
PREDICTED_ROWS = 64


@dataclass(frozen=True, slots=True)
class StepTiming:
    """What a few steps took; ``saved_bytes`` is what the widest batch keeps for its gradient."""

    steps: int
    steps_per_epoch: int
    seconds_per_step: float
    seconds_per_row: float
    parameters: int
    trainable: int
    saved_bytes: int


def time_steps(tuning: ResolvedTuning) -> StepTiming:
    """Train for a few steps on a sample of the examples, as the resolved recipe says.

    The first batch is the widest and is not timed. At most ``MAX_STEPS`` follow, or as many as fit
    into ``MAX_SECONDS``. The model is discarded.

    Raises:
        RecipeError: the weights of the base model are not downloaded.
    """
    from chainzoo.tuning.arguments import batch_sampler

    recipe, examples = tuning.recipe, tuning.split.train
    sample = _sample(examples, recipe.seed)
    step, features = _prepare(tuning, sample)
    batches = batch_sampler(recipe, features)
    by_width = sorted(batches, key=lambda rows: -sum(len(features[at].input_ids) for at in rows))
    saved_bytes = step.count_saved_bytes([features[at] for at in by_width[0]])
    spread = by_width[:: math.ceil(len(by_width) / MAX_STEPS)]
    steps, seconds = _time(step, [[features[at] for at in rows] for rows in spread])
    steps_per_epoch = (
        len(batches) * len(examples) / len(sample) / recipe.gradient_accumulation_steps
    )
    parameters = list(step.model.parameters())
    return StepTiming(
        steps=steps,
        steps_per_epoch=max(1, math.ceil(steps_per_epoch)),
        seconds_per_step=seconds / steps * recipe.gradient_accumulation_steps,
        seconds_per_row=step.seconds_per_row(features[:PREDICTED_ROWS]),
        parameters=sum(p.numel() for p in parameters),
        trainable=sum(p.numel() for p in parameters if p.requires_grad),
        saved_bytes=saved_bytes,
    )


def _prepare(tuning: ResolvedTuning, sample: Sequence[Any]) -> tuple[_TrainingStep, list[Any]]:
    """The model on its device, ready to train, and the encoded sample."""
    from chainzoo.tuning.methods import apply_method, quantization_config

    recipe, base = tuning.recipe, tuning.base
    if base is None:
        raise RecipeError(
            f"The weights of {recipe.model} are not downloaded.",
            remedy=f"Run `chainzoo fetch {recipe.model}`.",
        )
    task = get_task(recipe.task or "")
    tokenizer = task.load_processor(base.folder)
    features = task.encode(
        sample, tokenizer, tuning.labels, recipe.max_length or 512, recipe.stride
    )
    settings = ModelSettings(
        tuning.labels,
        recipe.pooling or "mean",
        recipe.dropout or 0.0,
        quantization=quantization_config() if recipe.method == "qlora" else None,
        method=recipe.method,
    )
    pad_id = getattr(tokenizer, "pad_token_id", None) or 0
    model = apply_method(task.build_model(base.folder, settings), recipe, features, pad_id)
    collate = partial(task.collate, pad_id=pad_id, labels=tuning.labels)
    return _TrainingStep(model, recipe.precision, collate), list(features)


def _time(step: _TrainingStep, batches: Sequence[Sequence[Feature]]) -> tuple[int, float]:
    """Train on one batch after another; the number of steps and their seconds."""
    steps, started_at = 0, time.perf_counter()
    for batch in batches:
        step.train(batch)
        steps += 1
        if time.perf_counter() - started_at > MAX_SECONDS:
            break
    return steps, time.perf_counter() - started_at


def _sample(examples: Sequence[Any], seed: int) -> list[Any]:
    if len(examples) <= SAMPLE_ROWS:
        return list(examples)
    return random.Random(seed).sample(list(examples), SAMPLE_ROWS)


class _TrainingStep:
    """One training step as the trainer takes it, on a model that is discarded."""

    def __init__(self, model: Any, precision: str, collate: Any) -> None:
        import torch

        from chainzoo.modeling.precision import device

        self.device = device()
        self.model = model.to(self.device).train()
        self.collate = collate
        self.dtype = torch.bfloat16 if precision == "bfloat16" else torch.float32
        trainable = [p for p in model.parameters() if p.requires_grad]
        self.optimizer = torch.optim.AdamW(trainable, lr=1e-8, fused=True)

    def train(self, features: Sequence[Feature]) -> None:
        """Run a forward pass, a backward pass and an update."""
        import torch

        batch = self._batch(features)
        with torch.autocast(self.device.type, self.dtype, enabled=self.dtype != torch.float32):
            loss = self.model(**batch)["loss"]
        loss.backward()
        self.optimizer.step()
        self.optimizer.zero_grad()
        float(loss.detach())  # Waits for a device that computes asynchronously.

    def count_saved_bytes(self, features: Sequence[Feature]) -> int:
        """Take a step, and count the bytes that its forward pass saves for the backward pass."""
        import torch

        weights = {p.untyped_storage().data_ptr() for p in self.model.parameters()}
        saved: dict[int, int] = {}

        def count(tensor: Any) -> Any:
            storage = tensor.untyped_storage()
            if storage.data_ptr() not in weights:
                saved[storage.data_ptr()] = storage.nbytes()
            return tensor

        with torch.autograd.graph.saved_tensors_hooks(count, lambda tensor: tensor):
            self.train(features)
        return sum(saved.values())

    def seconds_per_row(self, features: Sequence[Feature]) -> float:
        """The time of one prediction in a batch."""
        import torch

        batch = self._batch(features)
        self.model.eval()
        started_at = time.perf_counter()
        with torch.inference_mode():
            self.model(**batch)["loss"].float().cpu()
        return (time.perf_counter() - started_at) / max(len(features), 1)

    def _batch(self, features: Sequence[Feature]) -> dict[str, Any]:
        return {name: value.to(self.device) for name, value in self.collate(features).items()}

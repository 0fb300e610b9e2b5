"""A few real training steps, timed and weighed, on the data that is to be tuned on."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from chainzoo.tasks import Feature, LabelSpace, ModelSettings, get_task
from chainzoo.tuning import Recipe
from chainzoo.tuning.base_checkpoint import BaseCheckpoint

SAMPLE_ROWS = 2000  # Rows that stand for all of a large file.
STEPS = 12
SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Timing:
    """What a few steps took. ``saved`` are the bytes that the widest batch keeps for its gradient."""

    timed: int
    steps_an_epoch: int
    seconds_a_step: float
    seconds_a_row: float
    parameters: int
    trainable: int
    saved: int


def time_steps(
    recipe: Recipe, examples: Sequence[Any], labels: LabelSpace, base: BaseCheckpoint
) -> Timing:
    """Train for a few steps, as the resolved ``recipe`` says, on a sample of the examples.

    The first batch is the widest and is not counted; at most ``STEPS`` follow, or as many as fit
    into ``SECONDS``. Nothing is kept.
    """
    from chainzoo.tuning.arguments import batch_sampler
    from chainzoo.tuning.methods import prepare, quantization

    task = get_task(recipe.task or "")
    tokenizer = task.load_processor(base.folder)
    sample = _sample(examples, recipe.seed)
    features = task.encode(sample, tokenizer, labels, recipe.max_length or 512, recipe.stride)
    settings = ModelSettings(
        labels,
        recipe.pooling or "mean",
        recipe.dropout or 0.0,
        quantization=quantization() if recipe.method == "qlora" else None,
        method=recipe.method,
    )
    pad_id = getattr(tokenizer, "pad_token_id", None) or 0
    model = prepare(task.build_model(base.folder, settings), recipe, features, pad_id)
    batches = batch_sampler(recipe, features)
    step = _Step(model, recipe, partial(task.collate, pad_id=pad_id, labels=labels))
    order = sorted(batches, key=lambda rows: -sum(len(features[at].input_ids) for at in rows))
    saved = step.weighed([features[at] for at in order[0]])
    spread = [order[at] for at in range(0, len(order), math.ceil(len(order) / STEPS))]
    timed, begun = 0, time.perf_counter()
    for rows in spread:
        step.train([features[at] for at in rows])
        timed += 1
        if time.perf_counter() - begun > SECONDS:
            break
    seconds = (time.perf_counter() - begun) / timed
    weights = [p.numel() for p in model.parameters()]
    learnt = [p.numel() for p in model.parameters() if p.requires_grad]
    steps = len(batches) * len(examples) / len(sample) / recipe.accumulation
    return Timing(
        timed,
        max(1, math.ceil(steps)),
        seconds * recipe.accumulation,
        step.seconds_a_row(features[:64]),
        sum(weights),
        sum(learnt),
        saved,
    )


def _sample(examples: Sequence[Any], seed: int) -> list[Any]:
    if len(examples) <= SAMPLE_ROWS:
        return list(examples)
    return random.Random(seed).sample(list(examples), SAMPLE_ROWS)


class _Step:
    """One training step as the trainer takes it, on a model that is thrown away."""

    def __init__(self, model: Any, recipe: Recipe, collate: Any) -> None:
        import torch

        from chainzoo.modeling.precision import device

        self.model, self.collate, self.place = model.to(device()).train(), collate, device()
        self.dtype = torch.bfloat16 if recipe.precision == "bfloat16" else torch.float32
        learnt = [p for p in model.parameters() if p.requires_grad]
        self.optimizer = torch.optim.AdamW(learnt, lr=1e-8, fused=True)

    def train(self, features: Sequence[Feature]) -> None:
        """Forward, backward, update."""
        import torch

        batch = {name: value.to(self.place) for name, value in self.collate(features).items()}
        with torch.autocast(self.place.type, self.dtype, enabled=self.dtype != torch.float32):
            loss = self.model(**batch)["loss"]
        loss.backward()
        self.optimizer.step()
        self.optimizer.zero_grad()
        float(loss.detach())  # Waits for a device that works on its own.

    def weighed(self, features: Sequence[Feature]) -> int:
        """A step, and the bytes that its forward pass kept for the backward one."""
        import torch

        own = {p.untyped_storage().data_ptr() for p in self.model.parameters()}
        kept: dict[int, int] = {}

        def keep(tensor: Any) -> Any:
            storage = tensor.untyped_storage()
            if storage.data_ptr() not in own:
                kept[storage.data_ptr()] = storage.nbytes()
            return tensor

        with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
            self.train(features)
        return sum(kept.values())

    def seconds_a_row(self, features: Sequence[Feature]) -> float:
        """What a prediction takes."""
        import torch

        batch = {name: value.to(self.place) for name, value in self.collate(features).items()}
        self.model.eval()
        begun = time.perf_counter()
        with torch.inference_mode():
            self.model(**batch)["loss"].float().cpu()
        return (time.perf_counter() - begun) / max(len(features), 1)

"""Examples through a model: encoded, batched by length, decoded, given back in their order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from chainzoo.tasks import Feature, LabelSpace, Task
from chainzoo.tuning.batches import sorted_batches
from chainzoo.tuning.tuned import LoadedModel

BATCH_TOKENS = 4096  # Above this a processor's caches overflow and nothing is gained.

Progress = Callable[[int, int], None]


def predict(
    loaded: LoadedModel,
    examples: Sequence[Any],
    batch_tokens: int = BATCH_TOKENS,
    progress: Progress | None = None,
) -> list[Any]:
    """One typed prediction an example. ``progress`` is told windows done and windows in all."""
    task, manifest = loaded.task, loaded.manifest
    features = task.encode(
        examples, loaded.tokenizer, manifest.labels, manifest.max_length, manifest.recipe.stride
    )
    pad_id = loaded.tokenizer.pad_token_id or 0
    rows = logits(loaded.model, task, features, manifest.labels, pad_id, batch_tokens, progress)
    return task.decode(rows, features, examples, manifest.labels)


def logits(
    model: Any,
    task: Task,
    features: Sequence[Feature],
    labels: LabelSpace,
    pad_id: int,
    batch_tokens: int = BATCH_TOKENS,
    progress: Progress | None = None,
) -> list[np.ndarray]:
    """The logits of each feature, in float32: (labels,) or (its tokens, labels)."""
    import torch

    place = next(model.parameters()).device
    rows: list[np.ndarray] = [np.zeros(0)] * len(features)
    done = 0
    with torch.inference_mode():
        for batch in sorted_batches([len(f.input_ids) for f in features], batch_tokens):
            inputs = task.collate([features[at] for at in batch], pad_id, labels)
            inputs.pop("labels", None)
            output = model(**{name: value.to(place) for name, value in inputs.items()})
            values = output["logits"].float().cpu().numpy()
            for at, value in zip(batch, values, strict=True):
                rows[at] = value[: len(features[at].input_ids)] if value.ndim > 1 else value
            done += len(batch)
            if progress is not None:
                progress(done, len(features))
    return rows

"""Examples through a model: encoded, batched by length, decoded, given back in their order."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from chainzoo.modeling.batches import sorted_batches
from chainzoo.tasks import Feature, GenerationOptions, GenerativeTask, LabelSpace, Task
from chainzoo.tasks.predictions import TextOutput
from chainzoo.tuning.model_folder import LoadedModel

BATCH_TOKENS = 2048  # Above this a processor's caches overflow and nothing is gained.
SHOWN = 10  # Texts that are written where likelihoods decide.

Progress = Callable[[int, int], None]


def predict(
    loaded: LoadedModel,
    examples: Sequence[Any],
    batch_tokens: int = BATCH_TOKENS,
    progress: Progress | None = None,
    options: GenerationOptions | None = None,
) -> list[Any]:
    """One typed prediction an example. ``progress`` is told windows done and windows in all."""
    task, manifest = loaded.task, loaded.manifest
    if isinstance(task, GenerativeTask):
        return _written(loaded, task, examples, options or GenerationOptions())
    features = task.encode(
        examples, loaded.tokenizer, manifest.labels, manifest.max_length, manifest.recipe.stride
    )
    pad_id = getattr(loaded.tokenizer, "pad_token_id", None) or 0
    rows = logits(loaded.model, task, features, manifest.labels, pad_id, batch_tokens, progress)
    return task.decode(rows, features, examples, manifest.labels)


def _written(
    loaded: LoadedModel, task: GenerativeTask, examples: Sequence[Any], options: GenerationOptions
) -> list[Any]:
    """Texts; where the true ones are known and decide, how likely they are, and some texts."""
    labels, most = loaded.manifest.labels, loaded.manifest.max_length
    known = task.scored_by == "likelihood" and all(map(task.has_target, examples))
    shown = range(len(examples))
    if known:  # Writing takes much longer than judging.
        shown = range(0, len(examples), max(1, math.ceil(len(examples) / SHOWN)))
    asked = [examples[at] for at in shown]
    texts = task.generate(loaded.model, loaded.tokenizer, asked, labels, most, options)
    if not known:
        return texts
    features = task.encode(examples, loaded.tokenizer, labels, most, loaded.manifest.recipe.stride)
    pad_id = getattr(loaded.tokenizer, "pad_token_id", None) or 0
    found = np.zeros((len(examples), 2))
    each = likelihoods(loaded.model, task, features, labels, pad_id)
    np.add.at(found, [feature.example for feature in features], each)
    words = dict(zip(shown, (answer.text for answer in texts), strict=True))
    return [
        TextOutput(words.get(at, ""), float(nll), int(tokens))
        for at, (nll, tokens) in enumerate(found)
    ]


def likelihoods(
    model: Any,
    task: Task,
    features: Sequence[Feature],
    labels: LabelSpace,
    pad_id: int,
    batch_tokens: int = BATCH_TOKENS,
) -> np.ndarray:
    """Negative log-likelihood in nats, and tokens, of each feature's target: shape (features, 2)."""
    import torch

    place = next(model.parameters()).device
    found = np.zeros((len(features), 2))
    with torch.inference_mode():
        for batch in sorted_batches([len(f.input_ids) for f in features], batch_tokens):
            inputs = task.collate([features[at] for at in batch], pad_id, labels)
            output = model(**{name: value.to(place) for name, value in inputs.items()})
            found[batch, 0] = output["nll"].float().cpu().numpy()
            found[batch, 1] = output["tokens"].cpu().numpy()
    return found


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

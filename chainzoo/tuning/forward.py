"""Run examples through a model, in batches of similar length, and decode its outputs."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from chainzoo.modeling.batches import sorted_batches
from chainzoo.tasks import Feature, GenerationOptions, GenerativeTask, LabelSpace, Task
from chainzoo.tasks.predictions import TextOutput
from chainzoo.tuning.encoding import padding_id
from chainzoo.tuning.model_folder import LoadedModel

BATCH_TOKENS = 2048  # Larger batches overflow the caches of a CPU and are not faster.
SAMPLE_TEXTS = 10  # Texts that are generated where likelihoods decide the scores.


def predict(
    loaded: LoadedModel, examples: Sequence[Any], options: GenerationOptions | None = None
) -> list[Any]:
    """Return one typed prediction for each example, in the order of the examples.

    ``options`` are for generative tasks.
    """
    task, manifest = loaded.task, loaded.manifest
    if isinstance(task, GenerativeTask):
        return _generate(loaded, task, examples, options or GenerationOptions())
    features = _encode(loaded, examples)
    pad_id = padding_id(loaded.tokenizer)
    rows = logits(loaded.model, task, features, manifest.labels, pad_id)
    return task.decode(rows, features, examples, manifest.labels)


def _encode(loaded: LoadedModel, examples: Sequence[Any]) -> list[Feature]:
    manifest = loaded.manifest
    return loaded.task.encode(
        examples, loaded.tokenizer, manifest.labels, manifest.max_length, manifest.recipe.stride
    )


def _generate(
    loaded: LoadedModel, task: GenerativeTask, examples: Sequence[Any], options: GenerationOptions
) -> list[Any]:
    """Generate a text for each example.

    Where the task is scored by likelihood and all true texts are known, their likelihoods are
    computed instead, which is much faster, and some ten texts are generated as a sample.
    """
    labels, max_length = loaded.manifest.labels, loaded.manifest.max_length
    by_likelihood = task.scored_by == "likelihood" and all(map(task.has_target, examples))
    sample = range(len(examples))
    if by_likelihood:
        sample = range(0, len(examples), max(1, math.ceil(len(examples) / SAMPLE_TEXTS)))
    inputs = [examples[index] for index in sample]
    outputs = task.generate(loaded.model, loaded.tokenizer, inputs, labels, max_length, options)
    if not by_likelihood:
        return outputs
    features = _encode(loaded, examples)
    nlls = likelihoods(loaded.model, task, features, labels, padding_id(loaded.tokenizer))
    sums = np.zeros((len(examples), 2))
    np.add.at(sums, [feature.example for feature in features], nlls)
    texts = dict(zip(sample, (output.text for output in outputs), strict=True))
    return [
        TextOutput(texts.get(index, ""), float(nll), int(tokens))
        for index, (nll, tokens) in enumerate(sums)
    ]


def likelihoods(
    model: Any, task: Task, features: Sequence[Feature], labels: LabelSpace, pad_id: int
) -> np.ndarray:
    """Return negative log-likelihood (nats) and tokens of each target: shape (features, 2)."""
    import torch

    device = next(model.parameters()).device
    rows = np.zeros((len(features), 2))
    with torch.inference_mode():
        for batch in sorted_batches([len(f.input_ids) for f in features], BATCH_TOKENS):
            inputs = task.collate([features[index] for index in batch], pad_id, labels)
            output = model(**{name: value.to(device) for name, value in inputs.items()})
            rows[batch, 0] = output["nll"].float().cpu().numpy()
            rows[batch, 1] = output["tokens"].cpu().numpy()
    return rows


def logits(
    model: Any, task: Task, features: Sequence[Feature], labels: LabelSpace, pad_id: int
) -> list[np.ndarray]:
    """Return the logits of each feature, in float32: shape (labels,) or (tokens, labels)."""
    import torch

    device = next(model.parameters()).device

    def run(inputs: dict[str, Any]) -> np.ndarray:
        with torch.inference_mode():
            output = model(**{name: value.to(device) for name, value in inputs.items()})
            values: np.ndarray = output["logits"].float().cpu().numpy()
        return values

    return batched_logits(run, task, features, labels, pad_id)


def batched_logits(
    run: Callable[[dict[str, Any]], np.ndarray],
    task: Task,
    features: Sequence[Feature],
    labels: LabelSpace,
    pad_id: int,
) -> list[np.ndarray]:
    """Return the logits of each feature; ``run`` computes those of one batch of inputs."""
    rows: list[np.ndarray] = [np.zeros(0)] * len(features)
    for batch in sorted_batches([len(f.input_ids) for f in features], BATCH_TOKENS):
        inputs = task.collate([features[index] for index in batch], pad_id, labels)
        inputs.pop("labels", None)
        for index, value in zip(batch, run(inputs), strict=True):
            length = len(features[index].input_ids)
            rows[index] = value[:length] if value.ndim > 1 else value
    return rows

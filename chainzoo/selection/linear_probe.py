"""A linear probe: logistic regression on the vectors of an untuned model.

It takes seconds, and ranks models much as a full fine-tuning does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from chainzoo.modeling.loading import LOADING_LOCK
from chainzoo.tasks import LabelSpace, ModelSettings, Task
from chainzoo.tuning.base_checkpoint import BaseCheckpoint

SEED = 13
MAX_LENGTH = 256
STRIDE = 32


def predict_linear_probe(
    base: BaseCheckpoint,
    task: Task,
    train: Sequence[Any],
    dev: Sequence[Any],
    labels: LabelSpace,
) -> list[Any]:
    """Return predictions for ``dev`` of logistic regression on the untuned model's vectors."""
    from sklearn.preprocessing import StandardScaler

    vectors, queries = _embed_units(base, task, (train, dev), labels)
    names = [unit_names for units in task.classification_units(train) for _, unit_names in units]
    scaler = StandardScaler().fit(vectors)
    predicted = iter(
        _fit_predict(scaler.transform(vectors), names, scaler.transform(queries), labels)
    )
    units = [[next(predicted) for _ in units] for units in task.classification_units(dev)]
    return task.predictions_from_units(dev, units, labels)


def _fit_predict(
    vectors: np.ndarray, names: list[tuple[str, ...]], queries: np.ndarray, labels: LabelSpace
) -> list[tuple[str, ...]]:
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.preprocessing import MultiLabelBinarizer

    model: Any = LogisticRegression(C=0.1, max_iter=300, random_state=SEED)
    if labels.problem == "multi":
        binarizer = MultiLabelBinarizer().fit(names)
        model = OneVsRestClassifier(model).fit(vectors, binarizer.transform(names))
        return list(binarizer.inverse_transform(model.predict(queries)))
    model.fit(vectors, [first for first, *_ in names])
    return [(str(name),) for name in model.predict(queries)]


def _embed_units(
    base: BaseCheckpoint, task: Task, parts: Sequence[Sequence[Any]], labels: LabelSpace
) -> list[np.ndarray]:
    """The vectors of each part's units (texts or tokens): arrays of shape (units, hidden size)."""
    from chainzoo.tuning.encoding import padding_id
    from chainzoo.tuning.forward import logits

    model, size = _load_without_head(base, task, labels)
    tokenizer = task.load_processor(base.folder)
    vectors = []
    for examples in parts:
        features = task.encode(examples, tokenizer, labels, MAX_LENGTH, STRIDE)
        rows = logits(model, task, features, labels, padding_id(tokenizer))
        vectors.append(_by_unit(rows, features, task.classification_units(examples), size))
    return vectors


def _load_without_head(base: BaseCheckpoint, task: Task, labels: LabelSpace) -> tuple[Any, int]:
    """The task's network with the identity as its head: its logits are the encoder's vectors."""
    import torch

    from chainzoo.modeling.precision import best_precision, device

    with LOADING_LOCK:
        model = task.build_model(base.folder, ModelSettings(labels, base.pooling or "mean", 0.0))
    size = model.head.in_features
    model.head = torch.nn.Linear(size, size)
    with torch.no_grad():
        model.head.weight.copy_(torch.eye(size))
        model.head.bias.zero_()
    return model.to(device(), getattr(torch, best_precision())).eval(), size


def _by_unit(
    rows: Sequence[np.ndarray], features: Sequence[Any], units: Sequence[Any], size: int
) -> np.ndarray:
    """Each unit's vector: of a token where it first occurs, of a text the mean of its windows."""
    starts = np.cumsum([0, *(len(of_example) for of_example in units)])
    total, count = np.zeros((int(starts[-1]), size), np.float32), np.zeros(int(starts[-1]))
    for feature, row in zip(features, rows, strict=True):
        first = int(starts[feature.example])
        if row.ndim == 1:
            total[first] += row
            count[first] += 1
            continue
        for position, word in zip(feature.positions, feature.words, strict=True):
            if not count[first + word]:
                total[first + word] = row[position]
                count[first + word] = 1
    return np.asarray(total / np.maximum(count, 1)[:, None])

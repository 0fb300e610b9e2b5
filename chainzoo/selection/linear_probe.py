"""A probe of a model: logistic regression on its frozen vectors.

It takes seconds, and ranks models much as a full tuning does.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from chainzoo.modeling.loading import LOADING_LOCK
from chainzoo.tasks import LabelSpace, ModelSettings, Task
from chainzoo.tuning.base_checkpoint import BaseCheckpoint

SEED = 13


def probe(
    base: BaseCheckpoint,
    task: Task,
    train: Sequence[Any],
    dev: Sequence[Any],
    labels: LabelSpace,
) -> list[Any]:
    """Predictions for ``dev`` of logistic regression on the frozen model's vectors."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.preprocessing import MultiLabelBinarizer, StandardScaler

    known, asked = _vectors(base, task, (train, dev), labels)
    names = [n for units in task.classification_units(train) for _, n in units]
    counts = [len(units) for units in task.classification_units(dev)]
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
    return task.predictions_from_units(
        dev, [[next(rest) for _ in range(n)] for n in counts], labels
    )


def _vectors(
    base: BaseCheckpoint, task: Task, parts: Sequence[Sequence[Any]], labels: LabelSpace
) -> list[np.ndarray]:
    """A vector for each unit (text or token) of each part, from the frozen encoder."""
    import torch

    from chainzoo.modeling.precision import best_precision, device
    from chainzoo.tuning.encoding import padding_id
    from chainzoo.tuning.forward import logits

    with LOADING_LOCK:
        model = task.build_model(base.folder, ModelSettings(labels, base.pooling or "mean", 0.0))
    size = model.head.in_features
    model.head = torch.nn.Linear(size, size)  # As it is: what comes out are the vectors.
    with torch.no_grad():
        model.head.weight.copy_(torch.eye(size))
        model.head.bias.zero_()
    model = model.to(device(), getattr(torch, best_precision())).eval()
    tokenizer = task.load_processor(base.folder)
    found = []
    for examples in parts:
        features = task.encode(examples, tokenizer, labels, 256, 32)
        rows = logits(model, task, features, labels, padding_id(tokenizer))
        found.append(_by_unit(rows, features, task.classification_units(examples), size))
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


def memory_of(folder: Path) -> float:
    """The memory of a base's weights in MB, as its files say: in the precision that they have."""
    return round(sum(f.stat().st_size for f in folder.glob("*.safetensors")) / 1e6, 1)

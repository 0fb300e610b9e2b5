"""What simple models reach: a tuned model that does not beat them is not worth its size."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from chainzoo.tasks.protocol import LabelSpace, Task

MAJORITY = "majority class"
LINEAR = "TF-IDF + logistic regression"

MANY_UNITS = 20_000  # Above this, stochastic gradient descent instead of L-BFGS.
FEATURES = 200_000

# Runs of letters and digits; each Chinese or Japanese character is a word of its own.
WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\W\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")

Names = tuple[str, ...]
Unit = tuple[str, Names]


def baselines(
    task: Task,
    train_examples: Sequence[Any],
    examples: Sequence[Any],
    labels: LabelSpace,
    seed: int = 13,
) -> dict[str, list[Any]]:
    """Predictions for ``examples`` of two simple models that learn from ``train_examples``.

    Empty when there is nothing to learn from. The keys are ``"majority class"`` and
    ``"TF-IDF + logistic regression"``.
    """
    known = set(labels.names)
    train = [
        (text, names)
        for units in task.baseline_units(train_examples)
        for text, names in units
        if known.issuperset(names) and (names or labels.problem == "multi")
    ]
    if not train:
        return {}
    tests = [[text for text, _ in units] for units in task.baseline_units(examples)]
    majority = _majority(train)
    flat = [text for texts in tests for text in texts]
    guesses = {MAJORITY: [majority] * len(flat), LINEAR: _linear(train, flat, labels, seed)}
    return {
        name: task.from_units(examples, _regroup(guess, tests), labels)
        for name, guess in guesses.items()
    }


def _majority(train: Sequence[Unit]) -> Names:
    """The commonest answer; of equally common ones the first in the alphabet."""
    found = Counter(names for _, names in train)
    return min(found, key=lambda names: (-found[names], names))


def _regroup(names: Sequence[Names], tests: Sequence[Sequence[str]]) -> list[list[Names]]:
    """One flat list cut into the units of each example."""
    rest = iter(names)
    return [[next(rest) for _ in texts] for texts in tests]


def _linear(
    train: Sequence[Unit], texts: Sequence[str], labels: LabelSpace, seed: int
) -> list[Names]:
    """The answers of a linear model over weighted words."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    if len({names for _, names in train}) < 2 or not texts:
        return [_majority(train)] * len(texts)
    analyzer: Callable[[str], list[str]] = str.split if labels.problem == "tokens" else words
    vectorizer = TfidfVectorizer(
        analyzer=analyzer, sublinear_tf=True, max_features=FEATURES, dtype="float32"
    )
    try:
        features = vectorizer.fit_transform([text for text, _ in train])
    except ValueError:  # Not one word in all the texts.
        return [_majority(train)] * len(texts)
    found = vectorizer.transform(texts)
    if labels.problem == "multi":
        return _fit_many(features, [names for _, names in train], found, seed)
    model = _classifier(len(train), seed)
    model.fit(features, [names[0] for _, names in train])
    return [(str(name),) for name in model.predict(found)]


def _fit_many(features: Any, names: Sequence[Names], found: Any, seed: int) -> list[Names]:
    """One yes-or-no model a label."""
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.preprocessing import MultiLabelBinarizer

    binarizer = MultiLabelBinarizer()
    targets = binarizer.fit_transform(names)
    everywhere = targets.all(axis=0)  # A label that all rows have leaves nothing to learn.
    model = OneVsRestClassifier(_classifier(len(names), seed))
    answers = everywhere[None, :].repeat(found.shape[0], axis=0).astype(int)
    if not everywhere.all():
        model.fit(features, targets[:, ~everywhere])
        answers[:, ~everywhere] = model.predict(found).reshape(found.shape[0], -1)
    return [tuple(str(name) for name in row) for row in binarizer.inverse_transform(answers)]


def _classifier(units: int, seed: int) -> Any:
    from sklearn.linear_model import LogisticRegression, SGDClassifier

    if units > MANY_UNITS:
        return SGDClassifier(loss="log_loss", alpha=1e-6, max_iter=20, tol=1e-3, random_state=seed)
    return LogisticRegression(C=10.0, max_iter=200, tol=1e-3, random_state=seed)


def words(text: str) -> list[str]:
    """Lower-case words of a text and the pairs of neighbours among them."""
    single = WORD.findall(text.lower())
    return [*single, *(f"{a} {b}" for a, b in zip(single, single[1:], strict=False))]

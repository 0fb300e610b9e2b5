"""What can be had without a pretrained model: it always stands beside one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from chainzoo.errors import TaskError
from chainzoo.tasks import LabelSpace, Task

MAJORITY = "majority class"
LINEAR = "TF-IDF + logistic regression"
# Units x classes above which logistic regression is fitted by stochastic gradient descent: as good
# on Banking77 (77 classes, 9,000 rows) and ten times as fast.
LARGE = 100_000

Names = tuple[str, ...]


def baselines(
    task: Task, train: Sequence[Any], examples: Sequence[Any], labels: LabelSpace, seed: int = 13
) -> dict[str, list[Any]]:
    """Predictions of simple ways for ``examples``, learnt from ``train``: those of the task's own,
    and the two that learn names from words.

    Raises:
        TaskError: there is nothing to learn from.
    """
    learnt = [unit for units in task.classification_units(train) for unit in units]
    asked = task.classification_units(examples)
    own = task.baseline_predictions(train, examples, labels)
    if own or (train and not learnt and not asked):
        return own
    if not learnt:
        raise TaskError("There is no example for the baselines.", remedy="Give labelled rows.")
    flat = [words for units in asked for words, _ in units]
    common = Counter(names for _, names in learnt).most_common(1)[0][0]
    answers = {MAJORITY: [common] * len(flat), LINEAR: _linear(learnt, flat, labels, seed)}
    found = {}
    for name, answer in answers.items():
        rest = iter(answer)
        found[name] = task.predictions_from_units(
            examples, [[next(rest) for _ in u] for u in asked], labels
        )
    return found


def _linear(
    learnt: Sequence[tuple[str, Names]], asked: Sequence[str], labels: LabelSpace, seed: int
) -> list[Names]:
    """TF-IDF of words and pairs of words (of characters where words are not spaced)."""
    if labels.problem == "multi":
        return _multi(learnt, asked, seed)
    names = [answer[0] for _, answer in learnt]
    if len(set(names)) < 2 or not asked:
        return [(names[0],)] * len(asked)
    vectors = _vectorizer(learnt, labels)
    model = _classifier(len(learnt) * len(set(names)), seed)
    model.fit(vectors.fit_transform([words for words, _ in learnt]), names)
    return [(str(name),) for name in model.predict(vectors.transform(asked))]


def _multi(learnt: Sequence[tuple[str, Names]], asked: Sequence[str], seed: int) -> list[Names]:
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.preprocessing import MultiLabelBinarizer

    binary = MultiLabelBinarizer()
    targets = binary.fit_transform([names for _, names in learnt])
    vectors = _vectorizer(learnt, None)
    model = OneVsRestClassifier(_classifier(len(learnt), seed))
    model.fit(vectors.fit_transform([words for words, _ in learnt]), targets)
    found = binary.inverse_transform(model.predict(vectors.transform(asked)))
    return [tuple(str(name) for name in names) for names in found]


def _vectorizer(learnt: Sequence[tuple[str, Names]], labels: LabelSpace | None) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    if labels is not None and labels.problem == "tokens":
        return TfidfVectorizer(token_pattern=r"\S+", lowercase=False, min_df=2)
    sample = "".join(words for words, _ in learnt[:200])
    spaced = sum(char.isspace() for char in sample) > 0.05 * len(sample)
    if spaced:
        return TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"\b\w+\b")
    return TfidfVectorizer(analyzer="char", ngram_range=(1, 2), sublinear_tf=True)


def _classifier(work: int, seed: int) -> Any:
    from sklearn.linear_model import LogisticRegression, SGDClassifier

    if work > LARGE:
        return SGDClassifier(loss="log_loss", alpha=1e-5, max_iter=20, tol=None, random_state=seed)
    return LogisticRegression(C=10, max_iter=1000, random_state=seed)

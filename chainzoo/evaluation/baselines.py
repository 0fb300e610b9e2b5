"""Baselines: predictions without a pretrained model, to compare every model with."""

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
MAX_EXACT_FIT = 100_000

Names = tuple[str, ...]
Unit = tuple[str, Names]


def predict_baselines(
    task: Task, train: Sequence[Any], examples: Sequence[Any], labels: LabelSpace, seed: int = 13
) -> dict[str, list[Any]]:
    """Return predictions for ``examples`` by the name of the baseline, fitted on ``train``.

    They are the task's own simple answers, where it has any, else the majority class and logistic
    regression on TF-IDF.

    Raises:
        TaskError: there are no training examples.
    """
    units = [unit for per_example in task.classification_units(train) for unit in per_example]
    queries = task.classification_units(examples)
    own = task.baseline_predictions(train, examples, labels)
    if own or (train and not units and not queries):
        return own
    if not units:
        raise TaskError("There is no example for the baselines.", remedy="Give labelled rows.")
    texts = [text for per_example in queries for text, _ in per_example]
    majority = Counter(names for _, names in units).most_common(1)[0][0]
    answers = {MAJORITY: [majority] * len(texts), LINEAR: _linear(units, texts, labels, seed)}
    sizes = [len(per_example) for per_example in queries]
    return {
        name: task.predictions_from_units(examples, _regroup(answer, sizes), labels)
        for name, answer in answers.items()
    }


def _regroup(answers: Sequence[Names], sizes: Sequence[int]) -> list[list[Names]]:
    """Cut a flat list into one list an example."""
    rest = iter(answers)
    return [[next(rest) for _ in range(size)] for size in sizes]


def _linear(
    units: Sequence[Unit], texts: Sequence[str], labels: LabelSpace, seed: int
) -> list[Names]:
    """Logistic regression on TF-IDF of words and pairs of words, or of characters."""
    if labels.problem == "multi":
        return _multi_label(units, texts, seed)
    targets = [names[0] for _, names in units]
    classes = len(set(targets))
    if classes < 2 or not texts:
        return [(targets[0],)] * len(texts)
    vectorizer = _vectorizer(units, by_token=labels.problem == "tokens")
    model = _classifier(len(units) * classes, seed)
    model.fit(vectorizer.fit_transform([text for text, _ in units]), targets)
    return [(str(name),) for name in model.predict(vectorizer.transform(texts))]


def _multi_label(units: Sequence[Unit], texts: Sequence[str], seed: int) -> list[Names]:
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.preprocessing import MultiLabelBinarizer

    binarizer = MultiLabelBinarizer()
    targets = binarizer.fit_transform([names for _, names in units])
    vectorizer = _vectorizer(units, by_token=False)
    model = OneVsRestClassifier(_classifier(len(units), seed))
    model.fit(vectorizer.fit_transform([text for text, _ in units]), targets)
    predicted = binarizer.inverse_transform(model.predict(vectorizer.transform(texts)))
    return [tuple(str(name) for name in names) for names in predicted]


def _vectorizer(units: Sequence[Unit], *, by_token: bool) -> Any:
    """TF-IDF of what separates units: features of a token, words, or characters (Chinese)."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    if by_token:
        return TfidfVectorizer(token_pattern=r"\S+", lowercase=False, min_df=2)
    sample = "".join(text for text, _ in units[:200])
    if sum(char.isspace() for char in sample) > 0.05 * len(sample):
        return TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"\b\w+\b")
    return TfidfVectorizer(analyzer="char", ngram_range=(1, 2), sublinear_tf=True)


def _classifier(work: int, seed: int) -> Any:
    from sklearn.linear_model import LogisticRegression, SGDClassifier

    if work > MAX_EXACT_FIT:
        return SGDClassifier(loss="log_loss", alpha=1e-5, max_iter=20, tol=None, random_state=seed)
    return LogisticRegression(C=10, max_iter=1000, random_state=seed)

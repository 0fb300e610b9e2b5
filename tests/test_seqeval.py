"""Entity scores equal those of seqeval, the usual scorer of CoNLL-2003, on any tags."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from seqeval.metrics import classification_report, f1_score, precision_score, recall_score
from seqeval.scheme import IOB2

from chainzoo.data.examples import Span, TokenExample
from chainzoo.data.tags import to_spans
from chainzoo.modeling.settings import LabelSpace
from chainzoo.tasks import get_task
from chainzoo.tasks.entity_tags import gold_tags, to_prediction

TASK = get_task("token-classification")
TYPES = ("LOC", "ORG", "PER")
LABELS = LabelSpace(("O", *(f"{prefix}-{type_}" for type_ in TYPES for prefix in "BI")), "tokens")
Pair = tuple[list[str], list[str]]  # The true and the predicted tags of a text.


def legal(tags: Sequence[str]) -> list[str]:
    """The same tags with each I- that does not continue an entity as B-: legal IOB2."""
    result: list[str] = []
    for previous, tag in zip(["O", *tags], tags, strict=False):
        continues = previous != "O" and previous[2:] == tag[2:]
        result.append(tag if tag[0] != "I" or continues else f"B-{tag[2:]}")
    return result


def pairs(*, legal_predictions: bool) -> st.SearchStrategy[list[Pair]]:
    tag = st.sampled_from(LABELS.names)

    def build(rows: list[list[tuple[str, str]]]) -> list[Pair]:
        columns = [([a for a, _ in row], [b for _, b in row]) for row in rows]
        return [
            (legal(true), legal(predicted) if legal_predictions else predicted)
            for true, predicted in columns
        ]

    row = st.lists(st.tuples(tag, tag), min_size=1, max_size=8)
    return st.lists(row, min_size=1, max_size=6).map(build)


def example(tags: Sequence[str]) -> TokenExample:
    """A text of one-letter words with these tags."""
    text = " ".join("abcdefgh"[: len(tags)])
    tokens = tuple((2 * index, 2 * index + 1) for index in range(len(tags)))
    spans = [Span(2 * first, 2 * last - 1, label) for first, last, label in to_spans(tags, "iob2")]
    return TokenExample(text, tokens, tuple(spans))


def count(rows: Sequence[Pair]) -> tuple[dict[str, float], np.ndarray]:
    """Our scores by name, and the matrix of sufficient statistics."""
    examples = [example(true) for true, _ in rows]
    assert [gold_tags(e) for e in examples] == [true for true, _ in rows]
    predictions = [
        to_prediction(e, tags, [1.0] * len(tags))
        for e, (_, tags) in zip(examples, rows, strict=True)
    ]
    counts = TASK.sufficient_statistics(examples, predictions, LABELS)
    scores = TASK.scores(counts.sum(axis=0), LABELS)
    return {name: float(value) for name, value in scores.items()}, counts


def expected(rows: Sequence[Pair], **options: object) -> dict[str, float]:
    """Seqeval's scores."""
    true, predicted = [a for a, _ in rows], [b for _, b in rows]
    return {
        "entity_f1": f1_score(true, predicted, zero_division=0, **options),
        "entity_precision": precision_score(true, predicted, zero_division=0, **options),
        "entity_recall": recall_score(true, predicted, zero_division=0, **options),
        "entity_macro_f1": f1_score(true, predicted, average="macro", zero_division=0, **options),
    }


def has_entity(rows: Sequence[Pair]) -> bool:
    """Whether there is an entity at all: seqeval has no macro average of none."""
    return any(tag != "O" for row in rows for tags in row for tag in tags)


@settings(max_examples=300, deadline=None)
@given(rows=pairs(legal_predictions=False).filter(has_entity))
def test_entity_scores_equal_the_default_mode_on_any_predicted_tags(rows: list[Pair]) -> None:
    scores, _ = count(rows)
    for name, value in expected(rows).items():
        assert scores[name] == pytest.approx(value), name


@settings(max_examples=300, deadline=None)
@given(rows=pairs(legal_predictions=True).filter(has_entity))
def test_entity_scores_equal_strict_iob2_on_legal_tags(rows: list[Pair]) -> None:
    """Models predict legal tags alone: their tags are the best legal sequence."""
    scores, _ = count(rows)
    for name, value in expected(rows, mode="strict", scheme=IOB2).items():
        assert scores[name] == pytest.approx(value), name


@settings(max_examples=100, deadline=None)
@given(rows=pairs(legal_predictions=True).filter(has_entity))
def test_the_table_by_entity_equals_the_classification_report(rows: list[Pair]) -> None:
    true, predicted = [a for a, _ in rows], [b for _, b in rows]
    report = classification_report(
        true, predicted, mode="strict", scheme=IOB2, output_dict=True, zero_division=0
    )
    examples = [example(tags) for tags in true]
    predictions = [
        to_prediction(e, tags, [1.0] * len(tags))
        for e, tags in zip(examples, predicted, strict=True)
    ]
    table = TASK.report_tables(examples, predictions, LABELS)[0]
    for label, precision, recall, f1, support in table.rows:
        if (row := report.get(str(label))) is not None:
            values = (row["precision"], row["recall"], row["f1-score"], row["support"])
            assert (precision, recall, f1, support) == pytest.approx(values, abs=1e-4), label

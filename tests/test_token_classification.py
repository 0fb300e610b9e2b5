"""NER: windows lose nothing, tags and spans agree, tables are what seqeval says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from chainzoo.data import Span, TokenExample
from chainzoo.data.tokens import join_tokens
from chainzoo.modeling.viterbi import best_tag_sequence
from chainzoo.modeling.windows import windows
from chainzoo.tasks import get_task
from chainzoo.tasks.entity_tags import gold_tags, to_prediction

TASK = get_task("token-classification")


def example(words: str, *spans: tuple[int, int, str]) -> TokenExample:
    text, tokens = join_tokens(words.split())
    found = tuple(Span(tokens[a][0], tokens[b - 1][1], label) for a, b, label in spans)
    return TokenExample(text, tokens, found)


COOK = example("Tim Cook spoke in Shenzhen", (0, 2, "PER"), (4, 5, "LOC"))


def test_tags_of_spans() -> None:
    assert gold_tags(COOK) == ["B-PER", "I-PER", "O", "O", "B-LOC"]


def test_entities_are_character_spans() -> None:
    found = to_prediction(COOK, gold_tags(COOK), [1.0] * 5).entities
    assert [(e.text, e.label, e.start, e.end) for e in found] == [
        ("Tim Cook", "PER", 0, 8),
        ("Shenzhen", "LOC", 18, 26),
    ]


def test_windows_cover_everything_and_overlap() -> None:
    cuts = windows(25, 10, 4)
    assert cuts == [(0, 10), (6, 16), (12, 22), (15, 25)]
    assert windows(10, 10, 4) == [(0, 10)]


def test_a_long_sentence_is_never_cut(minilm: Path) -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(minilm)
    long = example(" ".join(f"word{at}" for at in range(300)), (298, 300, "PER"))
    labels = TASK.label_space([long])
    features = TASK.encode([long], tokenizer, labels, 64, 16)
    assert len(features) > 5
    assert max(len(feature.input_ids) for feature in features) <= 64
    words = sorted(word for feature in features for word in feature.words)
    assert words == list(range(300))
    rows = [np.full((len(f.input_ids), 3), -9.0) for f in features]
    for row, feature in zip(rows, features, strict=True):
        for position in feature.positions:
            row[position, feature.target[position]] = 9.0
    (decoded,) = TASK.decode(rows, features, [long], labels)
    assert list(decoded.tags) == gold_tags(long)


def test_no_illegal_sequence() -> None:
    names = ("O", "B-PER", "I-PER")
    scores = np.log(np.array([[0.4, 0.2, 0.4], [0.1, 0.1, 0.8]]))
    path = best_tag_sequence(scores, names)
    assert [names[tag] for tag in path] == ["B-PER", "I-PER"]


def test_scores_are_those_of_seqeval() -> None:
    from seqeval.metrics import f1_score
    from seqeval.scheme import IOB2

    chance = np.random.default_rng(0)
    examples, predictions, names = [], [], ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]
    for _ in range(200):
        made = example(
            "a b c d e f", (int(chance.integers(0, 3)), 4, str(chance.choice(["PER", "LOC"])))
        )
        tags = gold_tags(made)
        if chance.random() < 0.5:
            tags[int(chance.integers(0, 6))] = str(chance.choice(names))
        examples.append(made)
        predictions.append(to_prediction(made, tags, [1.0] * 6))
    labels = TASK.label_space(examples)
    scores = TASK.scores(
        TASK.sufficient_statistics(examples, predictions, labels).sum(axis=0), labels
    )
    expected = f1_score(
        [gold_tags(e) for e in examples],
        [list(p.tags) for p in predictions],
        mode="strict",
        scheme=IOB2,
    )
    # A stray I- is read as a beginning here and as nothing by strict seqeval.
    assert float(scores["entity_f1"]) == pytest.approx(expected, abs=0.05)
    tables = TASK.report_tables(examples, predictions, labels)
    assert [table.title for table in tables] == ["By entity (strict)", "By token"]
    assert tables[1].rows[4][0] == "O"

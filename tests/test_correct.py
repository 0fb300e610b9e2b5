"""Each task says which predictions are right, and shows examples as text."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from chainzoo.data.examples import (
    Conversation,
    ImageExample,
    QuestionExample,
    RankedPair,
    RelationExample,
    Span,
    TextExample,
    TextPair,
    TokenExample,
    Turn,
)
from chainzoo.modeling.settings import LabelSpace
from chainzoo.tasks import TextPrediction, get_task
from chainzoo.tasks.entity_tags import to_prediction
from chainzoo.tasks.predictions import (
    AnswerPrediction,
    RankingPrediction,
    RelationPrediction,
    TextOutput,
)

WORDS = TokenExample("Ann saw Oslo", ((0, 3), (4, 7), (8, 12)), (Span(0, 3, "PER"),))
QUESTION = QuestionExample("Who?", "It was Ann.", (("Ann", 7),))
RELATION = RelationExample("cold causes ice", (0, 4), (12, 15), "Cause(e1,e2)")


def label(*names: str) -> TextPrediction:
    return TextPrediction(names[0] if names else None, 0.9, names, dict.fromkeys(names, 0.9))


def tags(*names: str) -> Any:
    return to_prediction(WORDS, names, [1.0] * len(names))


def answer(text: str | None) -> AnswerPrediction:
    return AnswerPrediction(text, 0.9, 0, 0)


def relation(name: str) -> RelationPrediction:
    return RelationPrediction(name, 0.9, "cold", "ice", {name: 0.9})


@pytest.mark.parametrize(
    ("task", "example", "prediction", "expected"),
    [
        ("text-classification", TextExample("x", ("a", "b")), label("b", "a"), True),
        ("text-classification", TextExample("x", ("a", "b")), label("a"), False),
        ("image-classification", ImageExample(Path("cat.png"), ("cat",)), label("cat"), True),
        ("image-classification", ImageExample(Path("cat.png"), ("cat",)), label("dog"), False),
        ("token-classification", WORDS, tags("B-PER", "O", "O"), True),
        ("token-classification", WORDS, tags("B-PER", "I-PER", "O"), False),
        ("token-classification", WORDS, tags("B-LOC", "O", "O"), False),
        ("relation-extraction", RELATION, relation("Cause(e1,e2)"), True),
        ("relation-extraction", RELATION, relation("Cause(e2,e1)"), False),
        ("question-answering", QUESTION, answer("the Ann"), True),  # Articles do not count.
        ("question-answering", QUESTION, answer("Ann."), True),
        ("question-answering", QUESTION, answer("was Ann"), False),
        ("question-answering", QuestionExample("Who?", "Ann.", ()), answer(None), True),
        ("question-answering", QuestionExample("Who?", "Ann.", None), answer("Ann"), None),
        ("summarization", TextPair("long", ("short",)), TextOutput("short"), None),
        ("translation", TextPair("hello", ("hallo",)), TextOutput("hallo"), None),
        ("dialogue", Conversation((Turn("assistant", "hi"),)), TextOutput("hi"), None),
        ("text-ranking", RankedPair("q", "i", 1.0), RankingPrediction(1.0), None),
    ],
)
def test_a_prediction_is_right_wrong_or_neither(
    task: str, example: object, prediction: object, expected: bool | None
) -> None:
    assert get_task(task).correct(example, prediction) is expected


@pytest.mark.parametrize(
    ("task", "example", "text", "target"),
    [
        ("text-classification", TextExample("x y", ("a", "b")), "x y", "a, b"),
        ("image-classification", ImageExample(Path("/p/cat.png"), ("cat",)), "cat.png", "cat"),
        ("token-classification", WORDS, "Ann saw Oslo", "PER: Ann"),
        ("relation-extraction", RELATION, "<e1>cold</e1> causes <e2>ice</e2>", "Cause(e1,e2)"),
        ("question-answering", QUESTION, "Who?", "Ann"),
        ("question-answering", QuestionExample("Who?", "Ann.", ()), "Who?", "no answer"),
        ("summarization", TextPair("long", ("short", "brief")), "long", "short"),
        (
            "dialogue",
            Conversation((Turn("user", "hello"), Turn("assistant", "hi"))),
            "hello",
            "hi",
        ),
        ("text-ranking", RankedPair("q", "i", 0.5), "q | i", "0.5"),
        ("text-ranking", RankedPair("q", "i"), "q | i", ""),
    ],
)
def test_an_example_has_its_input_and_its_target_as_text(
    task: str, example: object, text: str, target: str
) -> None:
    assert get_task(task).input_text(example) == text
    assert get_task(task).target_text(example) == target


def test_scores_that_do_not_go_from_0_to_1_name_their_range() -> None:
    assert get_task("translation").score_ranges["bleu"] == (0.0, 100.0)
    assert get_task("text-ranking").score_ranges["rmse"] == (0.0, math.inf)
    assert get_task("text-classification").score_ranges == {}


def test_few_shot_tuning_fits_texts_with_one_label_each() -> None:
    texts, tokens = get_task("text-classification"), get_task("token-classification")
    assert texts.supports_few_shot(LabelSpace(("a", "b"), "single"))
    assert not texts.supports_few_shot(LabelSpace(("a", "b"), "multi"))
    assert not tokens.supports_few_shot(LabelSpace(("O", "B-X", "I-X"), "tokens"))

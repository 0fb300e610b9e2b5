"""IOB2 tags of tokens into entities and back, and the best tag sequence that is a legal one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np

from chainzoo.data.examples import TokenExample
from chainzoo.tasks.predictions import Entity, TokenPrediction


def gold_tags(example: TokenExample) -> list[str]:
    """The IOB2 tag of each token of an example."""
    tags = ["O"] * len(example.tokens)
    spans = iter(example.spans)
    span = next(spans, None)
    for at, (start, end) in enumerate(example.tokens):
        while span is not None and span.end <= start:
            span = next(spans, None)
        if span is not None and start >= span.start and end <= span.end:
            tags[at] = f"{'B' if start == span.start else 'I'}-{span.label}"
    return tags


def tag_spans(tags: Sequence[str]) -> list[tuple[int, int, str]]:
    """``(first token, token after the last, label)`` of each entity; a stray ``I-`` begins one."""
    spans: list[tuple[int, int, str]] = []
    begin, label = 0, ""
    for at, tag in enumerate([*tags, "O"]):
        if label and (tag[:2] != "I-" or tag[2:] != label):
            spans.append((begin, at, label))
            label = ""
        if tag != "O" and not label:
            begin, label = at, tag[2:]
    return spans


def entity_set(example: TokenExample, tags: Sequence[str]) -> set[tuple[int, int, str]]:
    """Entities as character spans, to be compared strictly."""
    return {
        (example.tokens[first][0], example.tokens[last - 1][1], label)
        for first, last, label in tag_spans(tags)
    }


def prediction_of(
    example: TokenExample, tags: Sequence[str], scores: Sequence[float]
) -> TokenPrediction:
    """The typed answer: an entity's score is the mean probability of its tokens' tags."""
    entities, each = [], [float(score) for score in scores]
    for first, last, label in tag_spans(tags):
        start, end = example.tokens[first][0], example.tokens[last - 1][1]
        score = sum(each[first:last]) / (last - first)
        entities.append(Entity(example.text[start:end], label, start, end, score))
    return TokenPrediction(tuple(entities), tuple(tags), tuple(each))


@lru_cache(maxsize=64)
def legal_moves(names: tuple[str, ...]) -> np.ndarray:
    """0 where tag j may follow tag i, else minus infinity: ``I-X`` follows only ``B-X``, ``I-X``."""
    moves = np.zeros((len(names), len(names)))
    for after, name in enumerate(names):
        if name.startswith("I-"):
            for before, other in enumerate(names):
                if other not in (name, f"B-{name[2:]}"):
                    moves[before, after] = -np.inf
    return moves


def best_path(log_probabilities: np.ndarray, names: Sequence[str], moves: np.ndarray) -> list[int]:
    """The likeliest legal sequence of tag ids (Viterbi 1967) for rows of log-probabilities."""
    greedy = log_probabilities.argmax(axis=1)
    starts = np.array([-np.inf if name.startswith("I-") else 0.0 for name in names])
    if not len(greedy) or (
        starts[greedy[0]] == 0 and np.isfinite(moves[greedy[:-1], greedy[1:]]).all()
    ):
        return [int(tag) for tag in greedy]
    score = log_probabilities[0] + starts
    back = np.zeros(log_probabilities.shape, dtype=np.int64)
    for at in range(1, len(log_probabilities)):
        paths = score[:, None] + moves
        back[at] = paths.argmax(axis=0)
        score = paths.max(axis=0) + log_probabilities[at]
    path = [int(score.argmax())]
    for at in range(len(log_probabilities) - 1, 0, -1):
        path.append(int(back[at, path[-1]]))
    return path[::-1]


def token_features(example: TokenExample) -> Iterable[str]:
    """For each token, words that describe it and its neighbours, for simple models."""
    words = [example.text[start:end] for start, end in example.tokens]
    for at, word in enumerate(words):
        before = words[at - 1] if at else "<start>"
        after = words[at + 1] if at + 1 < len(words) else "<end>"
        shape = "".join(
            "X" if c.isupper() else "x" if c.islower() else "d" if c.isdigit() else c for c in word
        )
        yield f"w={word.lower()} s={shape[:6]} e={word[-3:].lower()} b={before.lower()} a={after.lower()} a={after.istitle()} b={before.istitle()}"

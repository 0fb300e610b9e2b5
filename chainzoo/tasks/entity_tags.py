"""IOB2 tags of an example's tokens: of its entities, and back to entities."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from chainzoo.data.examples import TokenExample
from chainzoo.data.tags import to_spans
from chainzoo.tasks.predictions import Entity, TokenPrediction

EntitySpan = tuple[int, int, str]


def gold_tags(example: TokenExample) -> list[str]:
    """The IOB2 tag of each token of a labelled example."""
    tags = ["O"] * len(example.tokens)
    spans = iter(example.spans)
    span = next(spans, None)
    for token, (start, end) in enumerate(example.tokens):
        while span is not None and span.end <= start:
            span = next(spans, None)
        if span is not None and start >= span.start and end <= span.end:
            tags[token] = f"{'B' if start == span.start else 'I'}-{span.label}"
    return tags


def entity_spans(example: TokenExample, tags: Sequence[str]) -> set[EntitySpan]:
    """The entities of tags as ``(start, end, label)``, in characters; a stray ``I-`` begins one."""
    return {
        (example.tokens[first][0], example.tokens[last - 1][1], label)
        for first, last, label in to_spans(tags, "iob2")
    }


def to_prediction(
    example: TokenExample, tags: Sequence[str], scores: Sequence[float]
) -> TokenPrediction:
    """The prediction of tags and their probabilities; an entity's score is the mean of its tokens'."""
    entities, tag_scores = [], [float(score) for score in scores]
    for first, last, label in to_spans(tags, "iob2"):
        start, end = example.tokens[first][0], example.tokens[last - 1][1]
        score = sum(tag_scores[first:last]) / (last - first)
        entities.append(Entity(example.text[start:end], label, start, end, score))
    return TokenPrediction(tuple(entities), tuple(tags), tuple(tag_scores))


def token_features(example: TokenExample) -> Iterator[str]:
    """For each token, space-separated features of it and its neighbours, for linear models."""
    words = [example.text[start:end] for start, end in example.tokens]
    for position, word in enumerate(words):
        before = words[position - 1] if position else "<start>"
        after = words[position + 1] if position + 1 < len(words) else "<end>"
        shape = "".join(
            "X" if c.isupper() else "x" if c.islower() else "d" if c.isdigit() else c for c in word
        )
        yield (
            f"w={word.lower()} s={shape[:6]} e={word[-3:].lower()} b={before.lower()}"
            f" a={after.lower()} a={after.istitle()} b={before.istitle()}"
        )

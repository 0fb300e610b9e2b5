"""Classify posts with tuned models: topic, sentiment and entities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chains.opinion_monitor.config import ENTITY_TASK, SENTIMENT_TASK, TOPIC_TASK
from chains.opinion_monitor.posts import Post
from chains.opinion_monitor.sentiments import (
    Sentiment,
    polarity,
    sentiment_by_label,
    sentiment_scores,
)
from chains.opinion_monitor.subjects import ALL_POSTS, Subject
from chains.tracing import run_step
from chainzoo import Predictor, require_task

NO_TOPIC = "no topic"


@dataclass(frozen=True, slots=True)
class ClassifiedPost:
    """A post with its predictions.

    ``polarity`` is from -1 to 1 in units of 1 / ``POLARITY_SCALE``; ``entities`` are subjects.
    """

    post: Post
    topic: str | None
    topic_score: float | None
    sentiment: Sentiment
    sentiment_score: float
    polarity: int
    entities: tuple[Subject, ...] = ()

    @property
    def subjects(self) -> tuple[Subject, ...]:
        """The subjects that the post is counted under, ``ALL_POSTS`` first."""
        topic = () if self.topic is None else (("topic", self.topic),)
        return tuple(dict.fromkeys((ALL_POSTS, *topic, *self.post.subjects, *self.entities)))


@dataclass(frozen=True, slots=True)
class PostClassifiers:
    """The models of a monitor. Each has ``predict(texts)``, as a ``Predictor`` does."""

    sentiment: Any
    topics: Any | None = None
    entities: Any | None = None

    def classify(self, posts: Sequence[Post]) -> list[ClassifiedPost]:
        """Classify posts, in order. A text that occurs twice is predicted on once."""
        texts = list(dict.fromkeys(post.text for post in posts))
        if not texts:
            return []
        sentiments = run_step("classify_sentiment", self.sentiment.predict, texts)
        topics: list[Any] = [None] * len(texts)
        if self.topics is not None:
            topics = run_step("classify_topic", self.topics.predict, texts)
        entities: list[Any] = [None] * len(texts)
        if self.entities is not None:
            entities = run_step("tag_entities", self.entities.predict, texts)
        by_text = dict(zip(texts, zip(sentiments, topics, entities, strict=True), strict=True))
        return [_classified(post, *by_text[post.text]) for post in posts]


def check_models(
    sentiment: Predictor, topics: Predictor | None, entities: Predictor | None
) -> None:
    """Check the task of each model, and that the sentiment model's labels are known.

    Raises:
        PredictionError: a model is of another task, or its labels name no sentiments.
    """
    require_task(sentiment, SENTIMENT_TASK, "--sentiment")
    if topics is not None:
        require_task(topics, TOPIC_TASK, "--topics")
    if entities is not None:
        require_task(entities, ENTITY_TASK, "--entities")
    sentiment_by_label(sentiment.loaded.manifest.labels.names)


def _classified(post: Post, sentiment: Any, topic: Any, entities: Any) -> ClassifiedPost:
    scores = sentiment_scores(sentiment.scores)
    best = max(scores, key=lambda name: scores[name])
    return ClassifiedPost(
        post,
        None if topic is None else (topic.label or NO_TOPIC),
        None if topic is None else round(topic.score, 4),
        best,
        round(scores[best], 4),
        polarity(scores),
        () if entities is None else tuple(("entity", e.text) for e in entities.entities),
    )

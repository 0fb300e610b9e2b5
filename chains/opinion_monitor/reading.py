"""Topic, mood and names of posts, by tuned models, in large batches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chains.opinion_monitor.posts import Post, Subject
from chains.opinion_monitor.series import ALL, ONE
from chainzoo import PredictionError, Predictor

WORDS = {
    "positive": ("positive", "pos", "bullish", "good", "up", "happy", "5", "4", "label_2"),
    "neutral": ("neutral", "neu", "none", "mixed", "3", "label_1"),
    "negative": ("negative", "neg", "bearish", "bad", "down", "unhappy", "1", "2", "label_0"),
}
TWO_NUMBERS = {"1": "positive", "0": "negative"}  # As yes and no.


@dataclass(frozen=True, slots=True)
class Judged:
    """A post and what was found in it. ``value`` is its mood in ten-thousandths, -1 to 1."""

    post: Post
    topic: str | None
    topic_score: float | None
    sentiment: str
    sentiment_score: float
    value: int
    names: tuple[Subject, ...] = ()

    @property
    def subjects(self) -> tuple[Subject, ...]:
        """All that it is counted under."""
        topic = () if self.topic is None else (("topic", self.topic),)
        return tuple(dict.fromkeys((ALL, *topic, *self.post.subjects, *self.names)))


@dataclass(frozen=True, slots=True)
class Readers:
    """The tuned models of a monitor."""

    sentiment: Any
    topics: Any | None = None
    entities: Any | None = None

    def judge(self, posts: Sequence[Post]) -> list[Judged]:
        """What is in each post. A text that is there twice is looked at once."""
        texts = list(dict.fromkeys(post.text for post in posts))
        if not texts:
            return []
        where = {text: at for at, text in enumerate(texts)}
        moods = self.sentiment.predict(texts)
        topics = self.topics.predict(texts) if self.topics else [None] * len(texts)
        names = self.entities.predict(texts) if self.entities else [None] * len(texts)
        found = [_judged(*one) for one in zip(moods, topics, names, strict=True)]
        return [Judged(post, *found[where[post.text]]) for post in posts]


def check_readers(
    sentiment: Predictor, topics: Predictor | None, entities: Predictor | None
) -> None:
    """Refuse models of another task, and moods that nobody can name.

    Raises:
        PredictionError: a model does not fit; which would is told.
    """
    wanted = (
        (sentiment, "text-classification", "--sentiment"),
        (topics, "text-classification", "--topics"),
        (entities, "token-classification", "--entities"),
    )
    for predictor, task, option in wanted:
        if predictor is not None and predictor.task != task:
            raise PredictionError(
                f"{predictor.name} is a model of {predictor.task}; {option} needs one of {task}.",
                remedy="See what there is with `chainzoo list`.",
            )
    moods_of(sentiment.loaded.manifest.labels.names)


def moods_of(labels: Sequence[str]) -> dict[str, str]:
    """Which mood each label of a model means.

    Raises:
        PredictionError: a label means none that is known.
    """
    plain = {label: label.strip().casefold() for label in labels}
    if set(plain.values()) == set(TWO_NUMBERS):
        return {label: TWO_NUMBERS[word] for label, word in plain.items()}
    means = {word: mood for mood, words in WORDS.items() for word in words}
    unknown = [label for label, word in plain.items() if word not in means]
    if unknown or "negative" not in {means[word] for word in plain.values()}:
        raise PredictionError(
            f"The labels of the model of sentiment are {', '.join(labels)}; expected positive,"
            " neutral and negative.",
            remedy="Tune it on rows with these labels.",
        )
    return {label: means[word] for label, word in plain.items()}


def _judged(
    mood: Any, topic: Any, names: Any
) -> tuple[str | None, float | None, str, float, int, tuple[Subject, ...]]:
    sums = _by_mood(mood.scores)
    best = max(sums, key=lambda name: sums[name])
    value = round(ONE * (sums["positive"] - sums["negative"]))
    found = () if names is None else tuple(("entity", e.text) for e in names.entities)
    if topic is None:
        return None, None, best, round(sums[best], 4), value, found
    said = topic.label or "no topic"
    return said, round(topic.score, 4), best, round(sums[best], 4), value, found


def _by_mood(scores: Mapping[str, float]) -> dict[str, float]:
    sums = {"positive": 0.0, "neutral": 0.0, "negative": 0.0}
    for label, mood in moods_of(tuple(scores)).items():
        sums[mood] += scores[label]
    return sums

"""The predictions of tuned models: frozen dataclasses with ``as_dict`` and ``summary``."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class TextPrediction:
    """The label or labels of a text.

    ``label`` is the single label (``None`` for multi-label when nothing applies), ``score`` its
    probability; ``labels`` are all that apply; ``scores`` has every label's probability, the
    highest first.
    """

    label: str | None
    score: float
    labels: tuple[str, ...]
    scores: dict[str, float]

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "label": self.label,
            "score": self.score,
            "labels": list(self.labels),
            "scores": self.scores,
        }

    def summary(self) -> str:
        """The labels; ``no label`` if there is none."""
        return ", ".join(self.labels) or "no label"


@dataclass(frozen=True, slots=True)
class Entity:
    """A named part of a text: the characters from ``start`` up to, not including, ``end``."""

    text: str
    label: str
    start: int
    end: int
    score: float

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "text": self.text,
            "label": self.label,
            "start": self.start,
            "end": self.end,
            "score": self.score,
        }


@dataclass(frozen=True, slots=True)
class TokenPrediction:
    """The entities of a text, and the IOB2 tag and its probability for each of its tokens."""

    entities: tuple[Entity, ...]
    tags: tuple[str, ...]
    scores: tuple[float, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON: the entities."""
        return {"entities": [entity.as_dict() for entity in self.entities]}

    def summary(self) -> str:
        """The entities with their types; ``no entity`` if there is none."""
        return "; ".join(f"{e.label}: {e.text}" for e in self.entities) or "no entity"


@dataclass(frozen=True, slots=True)
class RelationPrediction:
    """The relation of two arguments, with its head and its tail.

    A relation ``Cause-Effect(e2,e1)`` has the second argument as its head. ``scores`` has every
    relation's probability, the highest first.
    """

    relation: str
    score: float
    head: str
    tail: str
    scores: dict[str, float]

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "relation": self.relation,
            "score": self.score,
            "head": self.head,
            "tail": self.tail,
            "scores": self.scores,
        }

    def summary(self) -> str:
        """Head, relation, tail."""
        return f"{self.head} — {self.relation} → {self.tail}"


@dataclass(frozen=True, slots=True)
class AnswerPrediction:
    """The part of the context that answers; ``answer`` is ``None`` where nothing does.

    ``start`` and ``end`` are character offsets in the context. ``score`` is the probability among
    the candidates, ``no_answer`` that of there being no answer.
    """

    answer: str | None
    score: float
    start: int
    end: int
    no_answer: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "answer": self.answer,
            "score": self.score,
            "start": self.start,
            "end": self.end,
            "no_answer": self.no_answer,
        }

    def summary(self) -> str:
        """The answer; ``no answer`` if there is none."""
        return self.answer if self.answer is not None else "no answer"


@dataclass(frozen=True, slots=True)
class TextOutput:
    """A generated text.

    ``nll`` is the negative log-likelihood in nats of the ``tokens`` tokens of the true text; both
    are 0 where it is unknown or was not computed.
    """

    text: str
    nll: float = 0.0
    tokens: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {"text": self.text}

    def summary(self) -> str:
        """The text."""
        return self.text


@dataclass(frozen=True, slots=True)
class EmbeddingPrediction:
    """The vector of a text, of length 1, so that a dot product of two is their cosine."""

    vector: tuple[float, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {"embedding": list(self.vector)}

    def summary(self) -> str:
        """The number of dimensions."""
        return f"a vector of {len(self.vector)} dimensions"


@dataclass(frozen=True, slots=True)
class SimilarityPrediction:
    """How similar two texts are: the cosine of their vectors, from -1 to 1.

    ``rank`` is that of the similar text among the similar texts of all pairs that were judged
    together, from 1; ``None`` where no pair was judged.
    """

    score: float
    rank: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {"score": self.score} if self.rank is None else asdict(self)

    def summary(self) -> str:
        """The cosine."""
        return f"{self.score:.3f}"


@dataclass(frozen=True, slots=True)
class RankingPrediction:
    """How well an item fits a query: a probability, or a number on the scale of the data."""

    score: float

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {"score": self.score}

    def summary(self) -> str:
        """The score."""
        return f"{self.score:.3f}"

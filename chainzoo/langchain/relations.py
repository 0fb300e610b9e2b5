"""Relations in plain text: entities by one tuned model, the relations between them by another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from langchain_core.runnables import Runnable, RunnableConfig

from chainzoo.data.examples import RelationExample
from chainzoo.errors import PredictionError
from chainzoo.inference.predictor import Predictor
from chainzoo.metrics.text import sentences
from chainzoo.tasks.predictions import Entity
from chainzoo.tasks.relation_extraction import NONE, undirected


@dataclass(frozen=True, slots=True)
class Triple:
    """Head, relation, tail; ``score`` is the relation's probability, given both entities."""

    head: Entity
    relation: str
    tail: Entity
    score: float

    def as_dict(self) -> dict[str, Any]:
        """What becomes the JSON of it."""
        return {
            "head": self.head.as_dict(),
            "relation": self.relation,
            "tail": self.tail.as_dict(),
            "score": self.score,
        }


class RelationExtractor(Runnable[str, list[Triple]]):
    """``invoke`` gives the triples of a text: pairs of entities of one sentence, both looked at.

    A relation that says that there is none ("Other", "no_relation") gives no triple.
    """

    def __init__(self, entities: Predictor, relations: Predictor) -> None:
        """Raises ``PredictionError`` where a model is of another task."""
        for predictor, task in (
            (entities, "token-classification"),
            (relations, "relation-extraction"),
        ):
            if predictor.task != task:
                raise PredictionError(
                    f"{predictor.name} is a model of {predictor.task}, not of {task}.",
                    remedy="Give a model of relations, and entities= a model of entities.",
                )
        self.entities, self.relations = entities, relations

    def invoke(
        self,
        input: str,  # noqa: A002
        config: RunnableConfig | None = None,
        **kwargs: Any,
    ) -> list[Triple]:
        """The triples of one text."""
        return self._call_with_config(lambda text: self.read([text])[0], input, config)

    def read(self, texts: Sequence[str]) -> list[list[Triple]]:
        """The triples of each text, all pairs in one pass."""
        return self.relate(texts, [found.entities for found in self.entities.predict(texts)])

    def relate(
        self, texts: Sequence[str], entities: Sequence[Sequence[Entity]]
    ) -> list[list[Triple]]:
        """The triples between entities that are known."""
        pairs: list[tuple[int, Entity, Entity]] = []
        for at, found in enumerate(entities):
            for start, end in sentences(texts[at]):
                inside = [e for e in found if start <= e.start and e.end <= end]
                pairs += [(at, first, second) for first, second in combinations(inside, 2)]
        asked = [
            RelationExample(texts[at], (a.start, a.end), (b.start, b.end)) for at, a, b in pairs
        ]
        triples: list[list[Triple]] = [[] for _ in texts]
        answers = self.relations.predict_examples(asked)
        for (at, first, second), answer in zip(pairs, answers, strict=True):
            name = undirected(answer.relation)
            if name.lower() in NONE:
                continue
            turned = answer.relation.endswith("(e2,e1)")
            head, tail = (second, first) if turned else (first, second)
            triples[at].append(Triple(head, name, tail, answer.score))
        return triples

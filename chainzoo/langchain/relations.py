"""Relations in plain text: one tuned model finds the entities, another the relations between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from langchain_core.runnables import RunnableConfig

from chainzoo.data.examples import RelationExample
from chainzoo.inference.require_task import require_task
from chainzoo.inference.runnable import PredictionRunnable, TaskPredictor
from chainzoo.metrics.words import sentence_spans
from chainzoo.tasks import relation_extraction, token_classification
from chainzoo.tasks.predictions import Entity
from chainzoo.tasks.relation_extraction import NO_RELATION, undirected


@dataclass(frozen=True, slots=True)
class Triple:
    """Head, relation, tail; ``score`` is the relation's probability, given both entities."""

    head: Entity
    relation: str
    tail: Entity
    score: float

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "head": self.head.as_dict(),
            "relation": self.relation,
            "tail": self.tail.as_dict(),
            "score": self.score,
        }


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two entities of one sentence of the text at position ``text``."""

    text: int
    first: Entity
    second: Entity


class RelationExtractor(PredictionRunnable[str, list[Triple]]):
    """``invoke`` returns the triples of a text: every pair of entities of one sentence is classified.

    A relation that stands for none ("Other", "no_relation") gives no triple. A batch is one pass of
    each model; in a trace, both are child runs of each text.
    """

    def __init__(self, entities: TaskPredictor, relations: TaskPredictor) -> None:
        """``entities`` is a model of token-classification, ``relations`` of relation-extraction.

        Raises:
            PredictionError: a model is of another task.
        """
        require_task(entities, token_classification.TASK.name, "finding entities")
        require_task(relations, relation_extraction.TASK.name, "classifying pairs of entities")
        self.entities, self.relations = entities, relations

    def predict(self, inputs: Sequence[str], **options: Any) -> list[list[Triple]]:
        """The triples of each text."""
        return self.batch(inputs, **options)

    def relate(
        self,
        texts: Sequence[str],
        entities: Sequence[Sequence[Entity]],
        configs: Sequence[RunnableConfig] | None = None,
    ) -> list[list[Triple]]:
        """The triples between entities that are known already, all pairs in one pass.

        ``configs`` are those of each text's runs.
        """
        pairs = [
            _Pair(at, first, second)
            for at, known in enumerate(entities)
            if len(known) > 1
            for start, end in sentence_spans(texts[at])
            for first, second in combinations(
                [entity for entity in known if start <= entity.start and entity.end <= end], 2
            )
        ]
        examples = [
            RelationExample(
                texts[pair.text],
                (pair.first.start, pair.first.end),
                (pair.second.start, pair.second.end),
            )
            for pair in pairs
        ]
        pair_configs = [configs[pair.text] for pair in pairs] if configs else None
        predictions = self.relations.batch(examples, pair_configs)
        triples: list[list[Triple]] = [[] for _ in texts]
        for pair, prediction in zip(pairs, predictions, strict=True):
            relation = undirected(prediction.relation)
            if relation.lower() not in NO_RELATION:
                reverse = prediction.relation.endswith("(e2,e1)")
                head, tail = (pair.first, pair.second)[:: -1 if reverse else 1]
                triples[pair.text].append(Triple(head, relation, tail, prediction.score))
        return triples

    def _predict_batch(
        self,
        inputs: list[str],
        configs: list[RunnableConfig],
        *,
        return_exceptions: bool,
        **options: Any,
    ) -> list[Exception | list[Triple]]:
        tagged = self.entities.batch(inputs, configs, return_exceptions=return_exceptions)
        entities = [() if isinstance(each, Exception) else each.entities for each in tagged]
        triples = self.relate(inputs, entities, configs)
        return [
            prediction if isinstance(prediction, Exception) else related
            for prediction, related in zip(tagged, triples, strict=True)
        ]

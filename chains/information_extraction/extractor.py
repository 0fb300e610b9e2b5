"""The extractor: a Runnable from a document to its entity mentions and facts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, islice
from typing import Any

from langchain_core.documents import Document
from langchain_core.runnables import Runnable, RunnableConfig

from chains.information_extraction.config import ENTITY_TASK, ExtractionConfig
from chains.information_extraction.entity_linking import link_entities
from chains.information_extraction.facts import DocumentFacts, EntityMention, Fact
from chainzoo import Predictor, RelationExtractor, Zoo, require_task, sentence_spans

CO_OCCURRENCE = "mentioned with"  # The relation of entities that share a sentence.

SentenceSpans = Sequence[tuple[int, int]]


class Extractor(Runnable[str | Document, DocumentFacts]):
    """Extract facts: ``invoke`` takes one document, ``extract_many`` a stream of any length."""

    def __init__(
        self, config: ExtractionConfig, entities: Predictor, relations: Predictor | None
    ) -> None:
        self.config, self.entities = config, entities
        self.relation_extractor = (
            RelationExtractor(entities, relations) if relations is not None else None
        )

    def invoke(
        self,
        input: str | Document,  # noqa: A002
        config: RunnableConfig | None = None,
        **kwargs: Any,
    ) -> DocumentFacts:
        """Extract the facts of one document."""
        return self._call_with_config(
            lambda document: next(self.extract_many([document])), input, config
        )

    def extract_many(self, documents: Iterable[str | Document]) -> Iterator[DocumentFacts]:
        """Yield the facts of each document, in order and in constant memory."""
        remaining = iter(documents)
        while batch := [_as_document(d) for d in islice(remaining, self.config.batch_size)]:
            yield from self._extract_batch(batch)

    def _extract_batch(self, documents: Sequence[Document]) -> Iterator[DocumentFacts]:
        texts = [document.page_content for document in documents]
        entities = [
            [entity for entity in prediction.entities if entity.score >= self._min_entity_score]
            for prediction in self.entities.predict(texts)
        ]
        triples: Sequence[Sequence[Any]] = [[] for _ in texts]
        if self.relation_extractor is not None:
            triples = self.relation_extractor.relate(texts, entities)
        for document, found, related in zip(documents, entities, triples, strict=True):
            yield self._document_facts(document, found, related)

    @property
    def _min_entity_score(self) -> float:
        return self.config.min_entity_score

    def _document_facts(
        self, document: Document, entities: Sequence[Any], triples: Sequence[Any]
    ) -> DocumentFacts:
        text = document.page_content
        mentions = self._mentions(entities)
        spans = sentence_spans(text)
        if self.relation_extractor is None:
            facts = _co_occurrences(text, mentions, spans)
        else:
            facts = self._related_facts(text, mentions, triples, spans)
        return DocumentFacts(dict(document.metadata), tuple(mentions), tuple(facts))

    def _related_facts(
        self,
        text: str,
        mentions: Sequence[EntityMention],
        triples: Sequence[Any],
        spans: SentenceSpans,
    ) -> list[Fact]:
        by_span = {(m.start, m.end): m for m in mentions}
        return [
            Fact(
                by_span[triple.head.start, triple.head.end],
                triple.relation,
                by_span[triple.tail.start, triple.tail.end],
                triple.score,
                _sentence_at(text, triple.head.start, spans),
            )
            for triple in triples
            if triple.score >= self.config.min_relation_score
        ]

    def _mentions(self, entities: Sequence[Any]) -> list[EntityMention]:
        names = [(entity.label, entity.text) for entity in entities]
        linked = link_entities(names) if self.config.link_entities else {n: n for n in names}
        return [
            EntityMention(
                entity.text,
                entity.label,
                entity.start,
                entity.end,
                float(entity.score),
                ":".join(linked[entity.label, entity.text]),
            )
            for entity in entities
        ]


def _co_occurrences(
    text: str, mentions: Sequence[EntityMention], spans: SentenceSpans
) -> list[Fact]:
    """Relate the entities of each sentence, each pair once a sentence."""
    facts = []
    for start, end in spans:
        entities = {m.entity_id: m for m in mentions if start <= m.start and m.end <= end}
        evidence = text[start:end].strip()
        facts += [
            Fact(head, CO_OCCURRENCE, tail, min(head.score, tail.score), evidence)
            for head, tail in combinations(entities.values(), 2)
        ]
    return facts


def _sentence_at(text: str, offset: int, spans: SentenceSpans) -> str:
    matches = (text[start:end] for start, end in spans if start <= offset < end)
    return next(matches, text).strip()


def _as_document(value: str | Document) -> Document:
    return value if isinstance(value, Document) else Document(page_content=value)


def build_extractor(config: ExtractionConfig, zoo: Zoo | None = None) -> Extractor:
    """Load the models of ``config`` into an extractor.

    Raises:
        UnknownModelError: a model does not exist.
        PredictionError: a model is of another task.
    """
    zoo = zoo or Zoo()
    entities = zoo.predictor(config.entities)
    require_task(entities, ENTITY_TASK, "--entities")
    relations = zoo.predictor(config.relations) if config.relations else None
    return Extractor(config, entities, relations)

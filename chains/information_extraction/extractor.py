"""Documents in, facts out: one after the other, in constant memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations, islice
from pathlib import Path
from typing import Any

from langchain_core.documents import Document
from langchain_core.runnables import Runnable, RunnableConfig

from chains.information_extraction.config import ExtractionConfig
from chains.information_extraction.linking import link, normalised
from chainzoo import DataError, Predictor, RelationExtractor, Zoo, read_documents, sentences

TOGETHER = "mentioned with"


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in a document; ``key`` is the same for all names of one thing."""

    text: str
    type: str
    start: int
    end: int
    score: float
    key: str


@dataclass(frozen=True, slots=True)
class Fact:
    """Two things and how they are related; ``evidence`` is the sentence that says so."""

    head: Mention
    relation: str
    tail: Mention
    score: float
    evidence: str


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """What stands in one document; ``where`` names its file and its page, row or heading."""

    where: dict[str, Any]
    mentions: tuple[Mention, ...]
    facts: tuple[Fact, ...]

    def as_dict(self) -> dict[str, Any]:
        """All of it as plain values."""
        return asdict(self)


class Extractor(Runnable[Any, DocumentFacts]):
    """``invoke`` takes a text or a LangChain ``Document``; ``read`` a stream of them."""

    def __init__(
        self, config: ExtractionConfig, entities: Predictor, relations: Predictor | None
    ) -> None:
        self.config, self.entities = config, entities
        self.question_answering = (
            RelationExtractor(entities, relations) if relations is not None else None
        )

    def invoke(
        self,
        input: Any,  # noqa: A002
        config: RunnableConfig | None = None,
        **kwargs: Any,
    ) -> DocumentFacts:
        """The facts of one document."""
        return self._call_with_config(lambda one: next(self.read([one])), input, config)

    def read(self, documents: Iterable[str | Document]) -> Iterator[DocumentFacts]:
        """The facts of documents, one after the other, for a stream of any length."""
        rest = iter(documents)
        while some := [_document(one) for one in islice(rest, self.config.batch_size)]:
            yield from self._batch(some)

    def _batch(self, documents: Sequence[Document]) -> Iterator[DocumentFacts]:
        texts = [document.page_content for document in documents]
        least = self.config.least_entity_score
        found = [
            [entity for entity in answer.entities if entity.score >= least]
            for answer in self.entities.predict(texts)
        ]
        triples: Sequence[Sequence[Any]] = [[] for _ in texts]
        if self.question_answering is not None:
            triples = self.question_answering.relate(texts, found)
        for document, entities, some in zip(documents, found, triples, strict=True):
            text = document.page_content
            mentions = self._mentions(entities)
            ranges = sentences(text)
            if self.question_answering is None:
                facts = _together(text, mentions, ranges)
            else:
                at = {(m.start, m.end): m for m in mentions}
                facts = [
                    Fact(
                        at[t.head.start, t.head.end],
                        t.relation,
                        at[t.tail.start, t.tail.end],
                        t.score,
                        _sentence(text, t.head.start, ranges),
                    )
                    for t in some
                    if t.score >= self.config.least_relation_score
                ]
            yield DocumentFacts(dict(document.metadata), tuple(mentions), tuple(facts))

    def _mentions(self, entities: Sequence[Any]) -> list[Mention]:
        pairs = [(entity.label, entity.text) for entity in entities]
        if self.config.link_names:
            keys = {pair: f"{kind}:{name}" for pair, (kind, name) in link(pairs).items()}
        else:
            keys = {pair: f"{pair[0]}:{pair[1]}" for pair in pairs}
        return [
            Mention(e.text, e.label, e.start, e.end, float(e.score), keys[e.label, e.text])
            for e in entities
        ]


def _together(
    text: str, mentions: Sequence[Mention], ranges: Sequence[tuple[int, int]]
) -> list[Fact]:
    """Things that one sentence names, each pair once."""
    found = []
    for start, end in ranges:
        inside = {m.key: m for m in mentions if start <= m.start and m.end <= end}
        found += [
            Fact(one, TOGETHER, other, min(one.score, other.score), text[start:end].strip())
            for one, other in combinations(inside.values(), 2)
        ]
    return found


def _sentence(text: str, at: int, ranges: Sequence[tuple[int, int]]) -> str:
    inside = (text[start:end] for start, end in ranges if start <= at < end)
    return next(inside, text).strip()


def _document(one: str | Document) -> Document:
    return one if isinstance(one, Document) else Document(page_content=one)


def build_extractor(config: ExtractionConfig, zoo: Zoo | None = None) -> Extractor:
    """The extractor of two tuned models.

    Raises:
        UnknownModelError: there is no such model. PredictionError: it is of another task.
    """
    zoo = zoo or Zoo()
    entities = zoo.predictor(config.entities)
    if entities.task != "token-classification":
        raise DataError(
            f"{config.entities} is a model of {entities.task}, not of token-classification.",
            remedy="Name a model that finds entities with --entities.",
        )
    return Extractor(
        config, entities, zoo.predictor(config.relations) if config.relations else None
    )


def documents_in(path: Path) -> Iterator[Document]:
    """The documents of a file, or of all files below a folder in their order.

    Raises:
        DataError: there is none, or one cannot be read.
    """
    if not path.exists():
        raise DataError("no such file or folder.", file=path, remedy="Check the path.")
    files = [path]
    if path.is_dir():
        files = sorted(p for p in path.rglob("*") if p.is_file() and not p.name.startswith("."))
        if not files:
            raise DataError("the folder is empty.", file=path, remedy="Put documents into it.")
    for file in files:
        yield from read_documents(file)


__all__ = [
    "TOGETHER",
    "DocumentFacts",
    "Extractor",
    "Fact",
    "Mention",
    "build_extractor",
    "documents_in",
    "normalised",
]

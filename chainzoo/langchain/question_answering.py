"""Questions answered from documents: a retriever finds passages, a tuned model reads them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from langchain_core.documents import Document
from langchain_core.runnables import Runnable, RunnableConfig

from chainzoo.errors import PredictionError
from chainzoo.inference.predictor import Predictor


@dataclass(frozen=True, slots=True)
class ReadAnswer:
    """An answer and the passage that it stands in; ``answer`` is ``None`` where none was found.

    ``start`` and ``end`` are character offsets in ``source.page_content``.
    """

    answer: str | None
    score: float
    source: Document | None
    start: int
    end: int
    passages: tuple[Document, ...]

    def as_dict(self) -> dict[str, Any]:
        """What becomes the JSON of it."""
        source = self.source
        return {
            "answer": self.answer,
            "score": self.score,
            "source": None if source is None else source.metadata,
            "passage": None if source is None else source.page_content,
            "start": self.start,
            "end": self.end,
        }


class QuestionAnswerer(Runnable[str, ReadAnswer]):
    """``invoke`` answers a question with a stretch of a passage that the retriever found.

    The passages are read together, so that the best of their answers is the one that is given; the
    retriever's order decides between equals.
    """

    def __init__(self, predictor: Predictor, retriever: Any) -> None:
        """``retriever`` is any LangChain retriever. Raises ``PredictionError`` for another task."""
        if predictor.task != "question-answering":
            raise PredictionError(
                f"{predictor.name} is a model of {predictor.task}, not of question-answering.",
                remedy="Give a model that was tuned for question-answering.",
            )
        self.predictor, self.retriever = predictor, retriever

    def invoke(
        self,
        input: str,  # noqa: A002
        config: RunnableConfig | None = None,
        **kwargs: Any,
    ) -> ReadAnswer:
        """The answer to one question."""
        return self._call_with_config(self._answer, input, config)

    def _answer(self, question: str) -> ReadAnswer:
        passages = tuple(self.retriever.invoke(question))
        asked = [{"question": question, "context": d.page_content} for d in passages]
        answers = self.predictor.predict(asked)
        best = max(
            (at for at, answer in enumerate(answers) if answer.answer is not None),
            key=lambda at: (answers[at].score, -at),
            default=None,
        )
        if best is None:
            return ReadAnswer(None, 0.0, None, 0, 0, passages)
        found = answers[best]
        return ReadAnswer(
            found.answer, found.score, passages[best], found.start, found.end, passages
        )

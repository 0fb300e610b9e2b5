"""Extractive question answering over documents: a retriever finds passages, a tuned model reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.documents import Document
from langchain_core.runnables import Runnable, RunnableConfig

from chainzoo.inference.require_task import require_task
from chainzoo.inference.runnable import PredictionRunnable, TaskPredictor


@dataclass(frozen=True, slots=True)
class RetrievedAnswer:
    """An answer and the passage that it was found in; ``answer`` is ``None`` where none was found.

    ``start`` and ``end`` are character offsets in ``source.page_content``. ``passages`` are all
    that the retriever found.
    """

    answer: str | None
    score: float
    source: Document | None
    start: int
    end: int
    passages: tuple[Document, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        source = self.source
        return {
            "answer": self.answer,
            "score": self.score,
            "source": None if source is None else source.metadata,
            "passage": None if source is None else source.page_content,
            "start": self.start,
            "end": self.end,
        }


class QuestionAnswerer(PredictionRunnable[str, RetrievedAnswer]):
    """``invoke`` answers a question with a span of a passage that the retriever found.

    All passages of all questions are read in one pass. Of a question's answers the one with the
    highest score wins; the retriever's order decides between equals. In a trace, the retriever and
    the model are child runs of each question.
    """

    def __init__(self, predictor: TaskPredictor, retriever: Runnable[str, list[Document]]) -> None:
        """``retriever`` is any LangChain retriever.

        Raises:
            PredictionError: ``predictor`` is a model of another task.
        """
        require_task(predictor, "question-answering", "answering from documents")
        self.predictor, self.retriever = predictor, retriever

    def predict(self, inputs: Sequence[str], **options: Any) -> list[RetrievedAnswer]:
        """Answer questions."""
        return self.batch(inputs, **options)

    def _predict_batch(
        self,
        inputs: list[str],
        configs: list[RunnableConfig],
        *,
        return_exceptions: bool,
        **options: Any,
    ) -> list[Exception | RetrievedAnswer]:
        retrieved: list[Any] = self.retriever.batch(
            inputs, configs, return_exceptions=return_exceptions
        )
        rows, row_configs = [], []
        for question, config, passages in zip(inputs, configs, retrieved, strict=True):
            if isinstance(passages, Exception):
                continue
            rows += [{"question": question, "context": doc.page_content} for doc in passages]
            row_configs += [config] * len(passages)
        answers = iter(self.predictor.batch(rows, row_configs, return_exceptions=return_exceptions))
        return [
            passages
            if isinstance(passages, Exception)
            else best_answer(passages, [next(answers) for _ in passages])
            for passages in retrieved
        ]


def best_answer(
    passages: Sequence[Document], answers: Sequence[Any]
) -> Exception | RetrievedAnswer:
    """The answer with the highest score; the error of a passage that could not be read."""
    error = next((answer for answer in answers if isinstance(answer, Exception)), None)
    if error is not None:
        return error
    best = max(
        (at for at, answer in enumerate(answers) if answer.answer is not None),
        key=lambda at: (answers[at].score, -at),
        default=None,
    )
    if best is None:
        return RetrievedAnswer(None, 0.0, None, 0, 0, tuple(passages))
    answer = answers[best]
    return RetrievedAnswer(
        answer.answer, answer.score, passages[best], answer.start, answer.end, tuple(passages)
    )

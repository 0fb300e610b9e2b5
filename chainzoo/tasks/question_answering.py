"""Extractive question answering: which part of a context answers a question, if any does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from chainzoo.data.examples import QuestionExample
from chainzoo.metrics.answers import answer_f1, answer_words, exact_match
from chainzoo.metrics.tables import ReportTable, confident_errors
from chainzoo.metrics.words import sentence_spans
from chainzoo.modeling.answer_spans import AnswerSpan, best_spans, span_probabilities
from chainzoo.modeling.features import Feature
from chainzoo.modeling.settings import LabelSpace, ModelSettings
from chainzoo.tasks.base import SAMPLE_TEXTS, TaskBase, read_fields
from chainzoo.tasks.predictions import AnswerPrediction
from chainzoo.tasks.traits import AutoModelExport, TaskKeywords

MAX_QUESTION_TOKENS = 96  # The rest of a window is for the context.
MIN_STRIDE = 64
WRONG_F1 = 0.5  # Answers below this F1 are shown as errors.
END_OR_NONE = "end or none"


class QuestionAnswering(TaskBase):
    """Find answers in contexts of any length, read in overlapping windows with the question."""

    name = "question-answering"
    export_format = AutoModelExport(
        "AutoModelForQuestionAnswering",
        "qa_outputs",
        outputs=("start_logits", "end_logits"),
        label_names=("start", "end"),
    )
    sample_inputs = tuple(
        {"question": question, "context": f"{SAMPLE_TEXTS[2]} {SAMPLE_TEXTS[0]}"}
        for question in ("Who flew to Paris?", "When?", "What has not arrived?")
    )
    keywords = TaskKeywords(
        r"question.answering|\bq ?& ?a\b|\bqa\b|answer(?:ing|s)? questions|"
        r"reading comprehension|extractive answers|问答|阅读理解|回答问题",
        priority=60,
    )
    prediction_type = AnswerPrediction
    input_fields = ("question", "context")

    def label_space(
        self, examples: Sequence[QuestionExample], multi_label: bool = False
    ) -> LabelSpace:
        """``end or none`` where some questions have no answer, so that none can be predicted."""
        has_unanswerable = any(example.answers == () for example in examples)
        return LabelSpace(("start", END_OR_NONE if has_unanswerable else "end"), "span")

    def parse_input(self, value: Any) -> QuestionExample:
        """A question and a context: a row, JSON of one, or ``Question: … Context: …``."""
        if isinstance(value, str) and not value.lstrip().startswith("{"):
            value = _parse_prompt(value)
        question, context = read_fields(value, [("question",), ("context", "passage", "document")])
        return QuestionExample(question, context)

    def encode(
        self,
        examples: Sequence[QuestionExample],
        tokenizer: Any,
        labels: LabelSpace,
        max_length: int,
        stride: int,
    ) -> list[Feature]:
        if not examples:
            return []
        questions = [_truncate(example.question, tokenizer, max_length) for example in examples]
        coded = tokenizer(
            questions,
            [example.context for example in examples],
            truncation="only_second",
            max_length=max_length,
            stride=min(max(stride, MIN_STRIDE), max_length // 4),
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
            verbose=False,
        )
        owners = [int(index) for index in coded["overflow_to_sample_mapping"]]
        return [
            _feature(coded, row, index, examples[index].answers) for row, index in enumerate(owners)
        ]

    def build_network(self, encoder: Any, settings: ModelSettings) -> Any:
        from chainzoo.modeling.encoder_models import SpanModel

        return SpanModel(encoder, settings)

    def collate(
        self, features: Sequence[Feature], pad_id: int, labels: LabelSpace
    ) -> dict[str, Any]:
        """Padded ids with token types and ``allowed``.

        ``allowed`` is 1 at the tokens of the context, and at the first token, which stands for no
        answer in this window.
        """
        import torch

        batch = super().collate(features, pad_id, labels)
        allowed = torch.zeros(batch["input_ids"].shape, dtype=torch.long)
        allowed[:, 0] = 1
        types = torch.zeros(batch["input_ids"].shape, dtype=torch.long)
        for row, feature in enumerate(features):
            allowed[row, list(feature.positions)] = 1
            if feature.extra[1] is not None:
                types[row, : len(feature.input_ids)] = torch.tensor(feature.extra[1])
        batch["allowed"] = allowed
        if features[0].extra[1] is not None:
            batch["token_type_ids"] = types
        return batch

    def decode(
        self,
        logits: Sequence[np.ndarray],
        features: Sequence[Feature],
        examples: Sequence[QuestionExample],
        labels: LabelSpace,
    ) -> list[AnswerPrediction]:
        """The best span of all windows. There is no answer if there is none in any window."""
        spans: list[list[AnswerSpan]] = [[] for _ in examples]
        null_scores = np.full(len(examples), np.inf)
        for row, feature in zip(logits, features, strict=True):
            index = feature.example
            spans[index] += best_spans(row, feature.positions, feature.extra[0])
            null_scores[index] = min(null_scores[index], float(row[0, 0]) + float(row[0, 1]))
        if labels.names[1] != END_OR_NONE:
            null_scores[:] = -np.inf
        return [
            _predict(example, candidates, float(null))
            for example, candidates, null in zip(examples, spans, null_scores, strict=True)
        ]

    def sufficient_statistics(
        self,
        examples: Sequence[QuestionExample],
        predictions: Sequence[AnswerPrediction],
        labels: LabelSpace,
    ) -> np.ndarray:
        """Columns: F1, exact match and 1 of all rows, of those with an answer, of those without."""
        counts = np.zeros((len(examples), 9))
        for row, example, prediction in zip(counts, examples, predictions, strict=True):
            truths = [text for text, _ in example.answers or ()]
            answer = prediction.answer or ""
            scores = (answer_f1(answer, truths), exact_match(answer, truths), 1.0)
            row[:3] = scores
            row[3:6] = scores if truths else 0
            row[6:] = 0 if truths else scores
        return counts

    def scores(self, counts: np.ndarray, labels: LabelSpace) -> dict[str, np.ndarray]:
        """SQuAD's F1 and exact match (arXiv:1606.05250; with "no answer", arXiv:1806.03822)."""
        total = np.maximum(counts[..., 2], 1)
        scores = {"f1": counts[..., 0] / total, "exact_match": counts[..., 1] / total}
        if labels.names[1] == END_OR_NONE:
            answerable = np.maximum(counts[..., 5], 1)
            unanswerable = np.maximum(counts[..., 8], 1)
            scores["answerable_f1"] = counts[..., 3] / answerable
            scores["unanswerable_accuracy"] = counts[..., 7] / unanswerable
        return scores

    def correct(self, example: QuestionExample, prediction: AnswerPrediction) -> bool | None:
        """Whether the answer is an exact match of a true one, as SQuAD normalizes answers."""
        if example.answers is None:
            return None
        return bool(exact_match(prediction.answer or "", [text for text, _ in example.answers]))

    def input_text(self, example: QuestionExample) -> str:
        """The question."""
        return example.question

    def target_text(self, example: QuestionExample) -> str:
        """The acceptable answers, separated by slashes."""
        texts = dict.fromkeys(text for text, _ in example.answers or ())
        return " / ".join(texts) or "no answer"

    def error_table(
        self,
        examples: Sequence[QuestionExample],
        predictions: Sequence[AnswerPrediction],
        limit: int = 10,
    ) -> ReportTable:
        """The most probable answers that share few words with a true one."""
        wrong = (
            (p.score, self.target_text(e), p.summary(), e.question)
            for e, p in zip(examples, predictions, strict=True)
            if answer_f1(p.answer or "", [text for text, _ in e.answers or ()]) < WRONG_F1
        )
        return confident_errors(wrong, ("true", "answered", "question"), limit)

    def baseline_predictions(
        self,
        train: Sequence[QuestionExample],
        examples: Sequence[QuestionExample],
        labels: LabelSpace,
    ) -> dict[str, list[AnswerPrediction]]:
        """The first sentence, and the sentence that shares the most words with the question."""
        leads, nearest = [], []
        for example in examples:
            spans = sentence_spans(example.context)
            question = set(answer_words(example.question))
            shared = [len(question & set(answer_words(example.context[a:b]))) for a, b in spans]
            leads.append(_answer(example, spans[0]))
            nearest.append(_answer(example, spans[int(np.argmax(shared))]))
        return {"lead sentence": leads, "nearest sentence": nearest}


def _parse_prompt(text: str) -> dict[str, str]:
    """``Question: …`` and ``Context: …`` in either order; empty if one is missing."""
    lower = text.lower()
    question_at, context_at = lower.find("question:"), lower.find("context:")
    if question_at < 0 or context_at < 0:
        return {}
    question_end = context_at if context_at > question_at else None
    context_end = question_at if question_at > context_at else None
    question = text[question_at + len("question:") : question_end]
    context = text[context_at + len("context:") : context_end]
    return {"question": question.strip(), "context": context.strip()}


def _truncate(question: str, tokenizer: Any, max_length: int) -> str:
    """A question that leaves at least half of a window to the context."""
    coded = tokenizer(question, add_special_tokens=False, return_offsets_mapping=True)
    max_tokens = min(MAX_QUESTION_TOKENS, max_length // 2 - 2)
    offsets = coded["offset_mapping"]
    return question if len(offsets) <= max_tokens else question[: offsets[max_tokens - 1][1]]


def _feature(
    coded: Any, row: int, index: int, answers: Sequence[tuple[str, int]] | None
) -> Feature:
    """The window ``row`` of the tokenizer's output; ``index`` is that of its example."""
    sequence_ids, offsets = coded.sequence_ids(row), coded["offset_mapping"][row]
    positions = [
        at for at, part in enumerate(sequence_ids) if part == 1 and offsets[at][1] > offsets[at][0]
    ]
    characters = tuple(tuple(offsets[at]) for at in positions)
    target = None if answers is None else _target(answers, positions, characters)
    types = tuple(coded["token_type_ids"][row]) if "token_type_ids" in coded else None
    ids = tuple(coded["input_ids"][row])
    return Feature(ids, index, target, positions=tuple(positions), extra=(characters, types))


def _target(
    answers: Sequence[tuple[str, int]],
    positions: Sequence[int],
    characters: Sequence[tuple[int, ...]],
) -> tuple[int, int]:
    """The first and last token of the first answer that lies in the window; (0, 0) if none does."""
    for text, start in answers:
        end = start + len(text)
        inside = [
            at for at, (a, b) in zip(positions, characters, strict=True) if b > start and a < end
        ]
        if inside and characters[0][0] <= start and end <= characters[-1][1]:
            return inside[0], inside[-1]
    return 0, 0


def _predict(
    example: QuestionExample, spans: list[AnswerSpan], null_score: float
) -> AnswerPrediction:
    if not spans:
        return AnswerPrediction(None, 1.0, 0, 0, 1.0)
    best, probability, no_answer = span_probabilities(spans, null_score)
    if null_score > best.score:
        return AnswerPrediction(None, no_answer, 0, 0, no_answer)
    text = example.context[best.start : best.end]
    return AnswerPrediction(text, probability, best.start, best.end, no_answer)


def _answer(example: QuestionExample, span: tuple[int, int]) -> AnswerPrediction:
    start, end = span
    return AnswerPrediction(example.context[start:end], 1.0, start, end)


TASK = QuestionAnswering()

"""Extractive question answering: which stretch of a context answers a question, if any does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from chainzoo.data.examples import QuestionExample
from chainzoo.metrics.tables import ReportTable
from chainzoo.metrics.text import answer_words, best_f1, exact, sentences
from chainzoo.modeling.settings import Feature, LabelSpace, ModelSettings
from chainzoo.tasks.base import SAMPLE_TEXTS, TaskBase, read_fields
from chainzoo.tasks.predictions import AnswerPrediction
from chainzoo.tasks.traits import AutoModelExport, TaskKeywords

LONGEST_ANSWER = 40  # Tokens.
LONGEST_QUESTION = 96  # Tokens of a question that are read; the rest of the window is context.
CANDIDATES = 20  # Best stretches a window among which the score is shared out.


class QuestionAnswering(TaskBase):
    """Contexts of any length: they are read in windows that overlap, each with the question."""

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
        """Whether "no answer" can be an answer is learnt from the data: it has such rows or not."""
        none = any(example.answers == () for example in examples)
        return LabelSpace(("start", "end or none" if none else "end"), "span")

    def parse_input(self, value: Any) -> QuestionExample:
        """A question and a context: a row, JSON of one, or ``Question: … Context: …``."""
        if isinstance(value, str) and not value.lstrip().startswith("{"):
            value = _from_prompt(value)
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
        questions = [_short(example.question, tokenizer, max_length) for example in examples]
        coded = tokenizer(
            questions,
            [example.context for example in examples],
            truncation="only_second",
            max_length=max_length,
            stride=min(max(stride, 64), max_length // 4),
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
            verbose=False,
        )
        owners = coded["overflow_to_sample_mapping"]
        return [self._feature(coded, row, int(at), examples[at]) for row, at in enumerate(owners)]

    def _feature(self, coded: Any, row: int, at: int, example: QuestionExample) -> Feature:
        ids = tuple(coded["input_ids"][row])
        parts, offsets = coded.sequence_ids(row), coded["offset_mapping"][row]
        places = [p for p, part in enumerate(parts) if part == 1 and offsets[p][1] > offsets[p][0]]
        spans = tuple(tuple(offsets[p]) for p in places)
        target = None
        if example.answers is not None:
            target = _target(example.answers, places, spans)
        types = tuple(coded["token_type_ids"][row]) if "token_type_ids" in coded else None
        return Feature(ids, at, target, positions=tuple(places), extra=(spans, types))

    def build_network(self, encoder: Any, settings: ModelSettings) -> Any:
        from chainzoo.modeling.encoder_models import SpanModel

        return SpanModel(encoder, settings)

    def collate(
        self, features: Sequence[Feature], pad_id: int, labels: LabelSpace
    ) -> dict[str, Any]:
        import torch

        batch = super().collate(features, pad_id, labels)
        allowed = torch.zeros(batch["input_ids"].shape, dtype=torch.long)
        allowed[:, 0] = 1  # The first token stands for "not in this window".
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
        found: list[list[tuple[float, int, int]]] = [[] for _ in examples]
        nothing = np.full(len(examples), np.inf)
        for row, feature in zip(logits, features, strict=True):
            found[feature.example] += _candidates(row, feature)
            # Nothing answers only when no window answers: the least sure window decides.
            at = feature.example
            nothing[at] = min(nothing[at], float(row[0, 0]) + float(row[0, 1]))
        may_be_none = labels.names[1] == "end or none"
        return [
            _answer(example, stretches, float(none) if may_be_none else -np.inf)
            for example, stretches, none in zip(examples, found, nothing, strict=True)
        ]

    def sufficient_statistics(
        self,
        examples: Sequence[QuestionExample],
        predictions: Sequence[AnswerPrediction],
        labels: LabelSpace,
    ) -> np.ndarray:
        """F1, exact, 1; the same of the rows that have an answer; the same of those that do not."""
        counts = np.zeros((len(examples), 9))
        for row, example, prediction in zip(counts, examples, predictions, strict=True):
            truths = [text for text, _ in example.answers or ()]
            said = prediction.answer or ""
            scores = (best_f1(said, truths), exact(said, truths), 1.0)
            row[:3] = scores
            row[3:6] = scores if truths else 0
            row[6:] = 0 if truths else scores
        return counts

    def scores(self, counts: np.ndarray, labels: LabelSpace) -> dict[str, np.ndarray]:
        """SQuAD's F1 and exact match (arXiv:1606.05250; with "no answer", arXiv:1806.03822)."""
        total = np.maximum(counts[..., 2], 1)
        found = {"f1": counts[..., 0] / total, "exact_match": counts[..., 1] / total}
        if labels.names[1] == "end or none":
            has, none = np.maximum(counts[..., 5], 1), np.maximum(counts[..., 8], 1)
            found["answerable_f1"] = counts[..., 3] / has
            found["unanswerable_accuracy"] = counts[..., 7] / none
        return found

    def correct(self, example: QuestionExample, prediction: AnswerPrediction) -> bool | None:
        """Whether the answer is an exact match of a true one, as SQuAD normalizes answers."""
        if example.answers is None:
            return None
        truths = [text for text, _ in example.answers]
        return bool(exact(prediction.answer or "", truths))

    def input_text(self, example: QuestionExample) -> str:
        """The question."""
        return example.question

    def target_text(self, example: QuestionExample) -> str:
        """The acceptable answers, separated by slashes."""
        return " / ".join(text for text, _ in example.answers or ()) or "no answer"

    def error_table(
        self,
        examples: Sequence[QuestionExample],
        predictions: Sequence[AnswerPrediction],
        limit: int = 10,
    ) -> ReportTable:
        wrong = []
        for example, prediction in zip(examples, predictions, strict=True):
            truths = [text for text, _ in example.answers or ()]
            if best_f1(prediction.answer or "", truths) < 0.5:
                told = " / ".join(dict.fromkeys(truths)) or "no answer"
                wrong.append((prediction.score, told, prediction.summary(), example.question))
        wrong.sort(key=lambda row: -row[0])
        rows = tuple((round(s, 3), true, said, asked) for s, true, said, asked in wrong[:limit])
        header = ("score", "true", "answered", "question")
        return ReportTable("Most confident errors", header, rows)

    def baseline_predictions(
        self,
        train: Sequence[QuestionExample],
        examples: Sequence[QuestionExample],
        labels: LabelSpace,
    ) -> dict[str, list[AnswerPrediction]]:
        """The first sentence of the context, and the one that shares most words with the question."""
        lead, near = [], []
        for example in examples:
            spans = sentences(example.context)
            asked = set(answer_words(example.question))
            shared = [len(asked & set(answer_words(example.context[a:b]))) for a, b in spans]
            lead.append(_whole(example, spans[0]))
            near.append(_whole(example, spans[int(np.argmax(shared))]))
        return {"lead sentence": lead, "nearest sentence": near}


def _from_prompt(text: str) -> dict[str, str]:
    """``Question: …`` and ``Context: …`` in either order, as prompt templates write them."""
    lower = text.lower()
    q, c = lower.find("question:"), lower.find("context:")
    if q < 0 or c < 0:
        return {}
    question = text[q + 9 : c if c > q else None]
    context = text[c + 8 : q if q > c else None]
    return {"question": question.strip(), "context": context.strip()}


def _short(question: str, tokenizer: Any, max_length: int) -> str:
    """A question that leaves at least half of a window to the context."""
    coded = tokenizer(question, add_special_tokens=False, return_offsets_mapping=True)
    room = min(LONGEST_QUESTION, max_length // 2 - 2)
    offsets = coded["offset_mapping"]
    return question if len(offsets) <= room else question[: offsets[room - 1][1]]


def _target(
    answers: Sequence[tuple[str, int]],
    places: Sequence[int],
    spans: Sequence[tuple[int, ...]],
) -> tuple[int, int]:
    """The token ids that begin and end the first answer that lies in the window; (0, 0) if none."""
    for text, start in answers:
        end = start + len(text)
        inside = [p for p, (a, b) in zip(places, spans, strict=True) if b > start and a < end]
        if inside and spans[0][0] <= start and end <= spans[-1][1]:
            return inside[0], inside[-1]
    return 0, 0


def _candidates(row: np.ndarray, feature: Feature) -> list[tuple[float, int, int]]:
    """The likeliest stretches of a window: sum of logits, first and last character."""
    places, spans = list(feature.positions), feature.extra[0]
    if not places:
        return []
    starts, ends = row[places, 0].astype(np.float64), row[places, 1].astype(np.float64)
    total = starts[:, None] + ends[None, :]
    size = len(places)
    total[np.tril_indices(size, -1)] = -np.inf
    total[np.triu_indices(size, LONGEST_ANSWER)] = -np.inf
    best = np.argsort(-total, axis=None, kind="stable")[:CANDIDATES]
    return [
        (float(total.flat[at]), spans[at // size][0], spans[at % size][1])
        for at in (int(b) for b in best)
        if np.isfinite(total.flat[at])
    ]


def _answer(
    example: QuestionExample, stretches: list[tuple[float, int, int]], none: float
) -> AnswerPrediction:
    if not stretches:
        return AnswerPrediction(None, 1.0, 0, 0, 1.0)
    best = max(stretches)
    # The same stretch may stand in several windows: it is one candidate.
    values = {(a, b): score for score, a, b in sorted(stretches)}
    top = max(best[0], none)
    weights = np.exp(np.array([*values.values(), none]) - top)
    chances = weights / weights.sum()
    no_answer = float(chances[-1])
    if none > best[0]:
        return AnswerPrediction(None, no_answer, 0, 0, no_answer)
    score = float(np.exp(best[0] - top) / weights.sum())
    start, end = best[1], best[2]
    return AnswerPrediction(example.context[start:end], score, start, end, no_answer)


def _whole(example: QuestionExample, span: tuple[int, int]) -> AnswerPrediction:
    start, end = span
    return AnswerPrediction(example.context[start:end], 1.0, start, end)


TASK = QuestionAnswering()

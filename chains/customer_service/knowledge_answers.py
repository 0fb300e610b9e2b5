"""Answer from the knowledge base with citations, or ask back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from chains.customer_service.config import BotConfig
from chains.customer_service.grounded_generation import (
    find_unsupported_sentence,
    generate_answer,
)
from chains.customer_service.intent_classifier import IntentPrediction
from chains.customer_service.knowledge import KnowledgeHit
from chains.customer_service.model import BotModel
from chains.customer_service.phrases import phrase
from chains.customer_service.turns import BotTurn, Citation, SessionState

FAQ_LEAD = 0.15  # By how much a FAQ entry must fit better to go before a template.
MIN_CONFIDENCE = 0.5  # Calibrated probability from which on an intent's template answers.
MAX_PASSAGES = 3
MAX_CHOICES = 3
MAX_QUOTE = 300  # Characters of a passage in a citation.
SHORT_QUESTION = 3  # Words: a question as short as this may refer to the one before.
NUMBER = re.compile(r"\s*(?:no\.?|number|nr\.?|#)?\s*([1-9])[.)]?\s*", re.IGNORECASE)
ORDINALS = ("first", "second", "third")


class KnowledgeAnswerer:
    """Answer messages that no template answers."""

    def __init__(self, config: BotConfig, model: BotModel) -> None:
        self.config, self.model = config, model
        self._llm: Any = None

    def prefers_template(
        self, prediction: IntentPrediction, hits: Sequence[KnowledgeHit], language: str
    ) -> bool:
        """Return whether the template of an intent answers rather than the knowledge base.

        A FAQ entry that fits clearly better than the intent goes before the template.
        """
        is_faq_better = (
            self._answers(hits, language)
            and hits[0].entry.source == "faq"
            and hits[0].score > prediction.scope + FAQ_LEAD
        )
        is_certain = prediction.in_scope and prediction.confidence >= MIN_CONFIDENCE
        return is_certain and not is_faq_better

    def answer(
        self,
        text: str,
        hits: list[KnowledgeHit],
        prediction: IntentPrediction | None,
        session: SessionState,
        language: str,
    ) -> BotTurn:
        """Answer from passages, ask back, or say that the message is out of scope."""
        if self._refers_back(text, session) and not self._answers(hits, language):
            question = f"{session.last_question} {text}"
            hits = self.search(question, self.model.embed(question), language) or hits
        details = _prediction_details(prediction)
        if self._answers(hits, language):
            session.last_question = text
            return self._answer_from(text, hits, language, details)
        session.choices = []
        _, ask_threshold = self._thresholds(language)
        near = [hit for hit in hits if hit.entry.question and hit.score >= ask_threshold]
        if near:
            return self._ask_which(near, session, language, details)
        score = hits[0].score if hits else None
        if prediction is not None and prediction.in_scope:
            reply = phrase("clarify", language)
            reason = "the intent is in scope, but no passage answers the message"
            return BotTurn("question", reply, language, score=score, reason=reason, **details)
        reply = phrase("out_of_scope", language, self.config.about)
        reason = "no intent and no passage fits the message"
        return BotTurn("out of scope", reply, language, score=score, reason=reason, **details)

    def search(self, text: str, vector: np.ndarray, language: str) -> list[KnowledgeHit]:
        """Return the passages for a question, the best first.

        A reranker reorders only passages that score above the answer threshold.
        """
        hits = self.model.knowledge.search(text, vector, language, k=MAX_PASSAGES)
        threshold, _ = self._thresholds(language)
        near = [hit for hit in hits if hit.score >= threshold]
        if self.config.reranker is None or len(near) < 2:
            return hits
        reranker = self.config.zoo.predictor(self.config.reranker)
        rows = [
            {"query": text, "item": f"{hit.entry.question} {hit.answer}".strip()} for hit in near
        ]
        order = np.argsort([-p.score for p in reranker.predict(rows)], kind="stable")
        return [near[at] for at in order] + [hit for hit in hits if hit not in near]

    def answer_choice(self, text: str, session: SessionState, language: str) -> BotTurn | None:
        """Answer the question chosen by its number; ``None`` if none was chosen."""
        choices, session.choices = session.choices, []
        number = _chosen_number(text)
        if number is None or number > len(choices):
            return None
        question = choices[number - 1]
        entries = self.model.knowledge.entries
        entry = next((entry for entry in entries if entry.question == question), None)
        if entry is None:
            return None
        hits = self.search(question, self.model.embed(question), language)
        own = [hit for hit in hits if hit.entry == entry] or hits
        session.last_question = question
        return self._answer_from(question, own, language, {})

    def _thresholds(self, language: str) -> tuple[float, float]:
        """Return the scores from which to answer, and from which to ask back."""
        thresholds = self.model.thresholds
        if language in self.model.knowledge.encoder_languages:
            return thresholds.answer, thresholds.ask
        return thresholds.foreign, thresholds.foreign / 2

    def _answers(self, hits: Sequence[KnowledgeHit], language: str) -> bool:
        return bool(hits) and hits[0].score >= self._thresholds(language)[0]

    def _refers_back(self, text: str, session: SessionState) -> bool:
        is_short = len(text.split()) <= SHORT_QUESTION and any(c.isalpha() for c in text)
        return bool(session.last_question) and is_short

    def _answer_from(
        self, text: str, hits: Sequence[KnowledgeHit], language: str, details: dict[str, Any]
    ) -> BotTurn:
        best = hits[0]
        reply, reason, used = best.answer, "taken from the passage", [best]
        if self.config.llm:
            generated = generate_answer(self._chat_model(), text, hits, language)
            passages = [f"{hit.entry.question}\n{hit.entry.answer}" for hit in hits]
            embeddings = self.model.embeddings
            unsupported = find_unsupported_sentence(generated, passages, embeddings)
            if unsupported is None:
                reply, used = generated, list(hits)
                reason = "generated from the passages and checked against them"
            else:
                reason = (
                    "taken from the passage; the generated answer was not supported:"
                    f" {unsupported[:80]}"
                )
        citations = tuple(Citation(hit.entry.citation, _quote(hit.answer)) for hit in used)
        return BotTurn(
            "answer",
            reply,
            language,
            score=best.score,
            citations=citations,
            reason=reason,
            **details,
        )

    def _ask_which(
        self,
        hits: Sequence[KnowledgeHit],
        session: SessionState,
        language: str,
        details: dict[str, Any],
    ) -> BotTurn:
        questions = list(dict.fromkeys(hit.entry.question for hit in hits))[:MAX_CHOICES]
        session.choices = questions
        choices = "\n".join(f"{n}. {question}" for n, question in enumerate(questions, 1))
        reply = phrase("choose", language, choices=choices)
        reason = "passages are near, but none is near enough to answer"
        return BotTurn("question", reply, language, score=hits[0].score, reason=reason, **details)

    def _chat_model(self) -> Any:
        if self._llm is None:
            self._llm = self.config.zoo.chat(self.config.llm or "")
        return self._llm


def _prediction_details(prediction: IntentPrediction | None) -> dict[str, Any]:
    if prediction is None:
        return {}
    return {"intent": prediction.intent, "confidence": round(prediction.confidence, 4)}


def _chosen_number(text: str) -> int | None:
    """Return the number of a choice, written as a digit or as an English ordinal."""
    match = NUMBER.fullmatch(text.strip(" .!"))
    if match:
        return int(match.group(1))
    lower = text.lower()
    if len(lower.split()) > SHORT_QUESTION + 1:
        return None
    return next((n for n, ordinal in enumerate(ORDINALS, 1) if ordinal in lower), None)


def _quote(text: str) -> str:
    return text if len(text) <= MAX_QUOTE else text[:MAX_QUOTE].rsplit(" ", 1)[0] + " …"

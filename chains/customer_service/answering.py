"""Answers from what is known, with citations; else a question back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from chains.customer_service.config import BotConfig
from chains.customer_service.intents import IntentGuess
from chains.customer_service.knowledge import Found
from chains.customer_service.phrases import say
from chains.customer_service.skill import Skill
from chains.customer_service.turn import Citation, Memory, Turn
from chains.customer_service.wording import unsupported, worded

CLEARLY = 0.15  # By as much a FAQ entry must fit better to go before a template.
SURE = 0.5  # Calibrated probability from which on an intent's own template answers.
PASSAGES = 3
CHOICES = 3
QUOTED = 300  # Characters of a passage in a citation.
SHORT = 3  # Words: a question as short as this may lean on the one before.
NUMBER = re.compile(r"\s*(?:no\.?|number|nr\.?|#)?\s*([1-9])[.)]?\s*", re.IGNORECASE)
NUMERALS = ("first", "second", "third")


class Answering:
    """What a bot does with a message that no template answers."""

    def __init__(self, config: BotConfig, skill: Skill) -> None:
        self.config, self.skill = config, skill
        self._llm: Any = None

    def is_sure(self, guess: IntentGuess, found: Sequence[Found], language: str) -> bool:
        """Whether an intent is sure enough for its template to answer.

        A FAQ entry that answers goes before the template where it fits the message better than the
        message fits the intents.
        """
        answers = _answers(found, self._limits(language)[0])
        nearer = (
            answers and found[0].entry.source == "faq" and found[0].score > guess.scope + CLEARLY
        )
        return guess.fits and guess.confidence >= SURE and not nearer

    def answer(
        self,
        text: str,
        found: list[Found],
        guess: IntentGuess | None,
        memory: Memory,
        language: str,
    ) -> Turn:
        """An answer from passages, a question back, or word that this is out of scope."""
        limit, ask = self._limits(language)
        leans = len(text.split()) <= SHORT and any(letter.isalpha() for letter in text)
        if memory.last_question and leans and not _answers(found, limit):
            together = f"{memory.last_question} {text}"
            found = self.search(together, self.skill.vector(together), language) or found
        facts: dict[str, Any] = {}
        if guess is not None:
            facts = {"intent": guess.intent, "confidence": round(guess.confidence, 4)}
        if _answers(found, limit):
            memory.last_question = text
            return self._from_passages(text, found, language, facts)
        score = found[0].score if found else None
        memory.choices = []
        near = [f for f in found if f.entry.question and f.score >= ask]
        if near:
            return self._ask_which(near, memory, language, facts)
        if guess is not None and guess.fits:
            because = "the intent is known, but nothing that is known answers it"
            said = say("clarify", language)
            return Turn("question", said, language, score=score, because=because, **facts)
        said = say("out_of_scope", language, self.config.about)
        because = "nothing that is known is near enough to it"
        return Turn("out of scope", said, language, score=score, because=because, **facts)

    def search(self, text: str, vector: np.ndarray, language: str) -> list[Found]:
        """The passages for a question, the best first.

        A reranker orders those that are near enough to answer by; that they are is not its to say.
        """
        found = self.skill.knowledge.search(text, vector, language, k=PASSAGES)
        near = [f for f in found if f.score >= self._limits(language)[0]]
        if self.config.reranker is None or len(near) < 2:
            return found
        ranker = self.config.zoo.predictor(self.config.reranker)
        rows = [{"query": text, "item": f"{f.entry.question} {f.answer}".strip()} for f in near]
        order = np.argsort([-answer.score for answer in ranker.predict(rows)], kind="stable")
        return [near[at] for at in order] + [f for f in found if f not in near]

    def chosen(self, text: str, memory: Memory, language: str) -> Turn | None:
        """The answer to the question that was chosen by its number; ``None`` where none was."""
        choices, memory.choices = memory.choices, []
        match = NUMBER.fullmatch(text.strip(" .!"))
        low = text.lower()
        number = int(match.group(1)) if match else None
        if number is None and len(low.split()) <= SHORT + 1:
            number = next((n for n, word in enumerate(NUMERALS, 1) if word in low), None)
        if not choices or number is None or number > len(choices):
            return None
        question = choices[number - 1]
        entry = next((e for e in self.skill.knowledge.entries if e.question == question), None)
        if entry is None:
            return None
        found = self.search(question, self.skill.vector(question), language)
        best = [f for f in found if f.entry == entry] or found
        memory.last_question = question
        return self._from_passages(question, best, language, {})

    def _limits(self, language: str) -> tuple[float, float]:
        """From which score on to answer, and from which to ask back."""
        limits = self.skill.thresholds
        if language in self.skill.knowledge.reads:
            return limits.answer, limits.ask
        return limits.foreign, limits.foreign / 2

    def _from_passages(
        self, text: str, found: Sequence[Found], language: str, facts: dict[str, Any]
    ) -> Turn:
        best = found[0]
        said, because, used = best.answer, "taken from the passage", [best]
        if self.config.llm:
            wording = worded(self._chat(), text, found, language)
            passages = [f"{f.entry.question}\n{f.entry.answer}" for f in found]
            against = unsupported(wording, passages, self.skill.embeddings)
            if against is None:
                said, because, used = wording, "worded from the passages and checked", list(found)
            else:
                because = f"taken from the passage; the wording was not supported: {against[:80]}"
        cited = tuple(Citation(f.entry.citation, _quoted(f.answer)) for f in used)
        return Turn(
            "answer", said, language, score=best.score, citations=cited, because=because, **facts
        )

    def _ask_which(
        self, near: Sequence[Found], memory: Memory, language: str, facts: dict[str, Any]
    ) -> Turn:
        questions = list(dict.fromkeys(f.entry.question for f in near))[:CHOICES]
        memory.choices = questions
        listed = "\n".join(f"{n}. {question}" for n, question in enumerate(questions, 1))
        said = say("choose", language, choices=listed)
        because = "several passages are near, none near enough"
        return Turn("question", said, language, score=near[0].score, because=because, **facts)

    def _chat(self) -> Any:
        if self._llm is None:
            self._llm = self.config.zoo.chat(self.config.llm or "")
        return self._llm


def _answers(found: Sequence[Found], limit: float) -> bool:
    return bool(found) and found[0].score >= limit


def _quoted(text: str) -> str:
    return text if len(text) <= QUOTED else text[:QUOTED].rsplit(" ", 1)[0] + " …"

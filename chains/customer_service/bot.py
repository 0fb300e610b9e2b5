"""The bot: a Runnable from a message to a ``BotTurn``.

small talk, request for a person, forbidden topic
  → pending slot or choice → intent with a template → FAQ and documents → question → handover
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from langchain_core.runnables import Runnable, RunnableConfig

from chains.customer_service.audit_log import AuditLog
from chains.customer_service.config import BotConfig
from chains.customer_service.handover import hand_over
from chains.customer_service.intent_classifier import IntentPrediction
from chains.customer_service.knowledge import KnowledgeHit
from chains.customer_service.knowledge_answers import KnowledgeAnswerer
from chains.customer_service.model import BotModel, load_model
from chains.customer_service.phrases import (
    detect_small_talk,
    message_language,
    phrase,
    phrase_languages,
    requests_human,
)
from chains.customer_service.privacy import mask
from chains.customer_service.templates import TemplateResponder
from chains.customer_service.turns import BotMessage, BotTurn, SessionState, TurnKind
from chains.tracing import run_step

MAX_MESSAGE = 2000  # Characters of a message that are used.
KEPT_MESSAGES = 12  # Messages of a session that are kept for a summary.
MAX_MISSES = 2  # In a row; after one more, the bot hands over.
CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")

Clock = Callable[[], datetime]


class Bot(Runnable[str | BotMessage, BotTurn]):
    """``invoke`` takes a message, or ``{"text": …, "thread": …}``; the thread is the conversation.

    LangChain's ``config={"configurable": {"thread_id": …}}`` names the thread as well. A message
    without a thread is a conversation of its own.
    """

    def __init__(self, config: BotConfig, model: BotModel, now: Clock | None = None) -> None:
        self.settings, self.model = config, model
        self.now = now or (lambda: datetime.now(UTC))
        self.log = AuditLog(config.folder / "log.db")
        self.templates = TemplateResponder(config, model.entities)
        self.answerer = KnowledgeAnswerer(config, model)
        entry_languages = {entry.language for entry in model.knowledge.entries}
        self.languages = phrase_languages() | {config.language} | entry_languages

    def invoke(
        self,
        input: str | BotMessage,  # noqa: A002
        config: RunnableConfig | None = None,
        **kwargs: Any,
    ) -> BotTurn:
        """Answer one message."""
        thread_id = (config or {}).get("configurable", {}).get("thread_id")

        def answer(message: str | BotMessage) -> BotTurn:
            values: Any = message if isinstance(message, dict) else {"text": message}
            thread = str(values.get("thread") or thread_id or uuid4().hex[:12])
            return self._turn(str(values.get("text", "")), thread)

        return self._call_with_config(answer, input, config)

    def rate(
        self, number: int, *, good: bool, intent: str | None = None, answer: str | None = None
    ) -> None:
        """Rate a turn by its number; ``intent`` or ``answer`` say what is right.

        Raises:
            DataError: there is no such turn.
        """
        masked = mask(answer) if answer else None
        self.log.rate(number, good=good, intent=intent, answer=masked)

    def _turn(self, text: str, thread: str) -> BotTurn:
        started_at = time.perf_counter()
        text = text.strip()[:MAX_MESSAGE]
        session = self.log.load_session(thread)
        masked = mask(text)
        session.language = message_language(
            text, session.language, self.settings.language, self.languages
        )
        turn = self._answer(text, masked, session)
        missed = turn.kind in ("out of scope", "question") and session.pending_slot is None
        session.misses = session.misses + 1 if missed else 0
        if session.misses > MAX_MISSES:
            turn = self._hand_over(masked, session, "not understood several times in a row")
        messages = [*session.messages, ("customer", masked), ("bot", turn.text)]
        session.messages = messages[-KEPT_MESSAGES:]
        seconds = round(time.perf_counter() - started_at, 4)
        turn = replace(turn, thread=thread, seconds=seconds)
        number = self.log.record(turn, masked, session, self.settings.version)
        return replace(turn, number=number)

    def _answer(self, text: str, masked: str, session: SessionState) -> BotTurn:
        language = session.language or self.settings.language
        if not text:
            return self._say("empty", "question", language, "the message is empty")
        if requests_human(text):
            return self._hand_over(masked, session, "a person was asked for")
        if (kind := detect_small_talk(text)) is not None:
            return self._say(kind, "small talk", language, f"small talk: {kind}")
        turn = (
            self._refuse(text, language)
            or self.templates.resume(text, session, language)
            or self.answerer.answer_choice(text, session, language)
        )
        return turn or self._answer_with_models(text, masked, session, language)

    def _answer_with_models(
        self, text: str, masked: str, session: SessionState, language: str
    ) -> BotTurn:
        vector = run_step("embed_message", self.model.embed, masked)

        def classify(message: str) -> IntentPrediction | None:
            return self.model.classify(message, vector)

        def search(message: str) -> list[KnowledgeHit]:
            return self.answerer.search(message, vector, language)

        prediction = run_step("classify_intent", classify, masked)
        hits = run_step("search_knowledge", search, masked)
        if prediction is not None and self.answerer.prefers_template(prediction, hits, language):
            session.intent = prediction.intent
            turn = self.templates.start(prediction, text, session, language)
            if turn is not None:
                return turn

        def answer(message: str) -> BotTurn:
            return self.answerer.answer(message, hits, prediction, session, language)

        return run_step("answer", answer, masked)

    def _refuse(self, text: str, language: str) -> BotTurn | None:
        """Return the reply to a forbidden topic, or ``None``."""
        lower = text.lower()
        for topic in self.settings.forbidden:
            if any(_contains(lower, word.lower()) for word in topic.words):
                default = phrase("forbidden", language, self.settings.about)
                reply = topic.reply.get(language) or topic.reply.get("en") or default
                return BotTurn(
                    "forbidden", reply, language, reason=f"forbidden topic: {topic.name}"
                )
        return None

    def _say(self, name: str, kind: TurnKind, language: str, reason: str) -> BotTurn:
        text = phrase(name, language, self.settings.about)
        return BotTurn(kind, text, language, reason=reason)

    def _hand_over(self, masked: str, session: SessionState, reason: str) -> BotTurn:
        return hand_over(self.settings, session, masked, reason, self.now())


def _contains(text: str, phrase_: str) -> bool:
    """Return whether a text contains a phrase, as whole words in scripts with spaces."""
    if CJK.search(phrase_):
        return phrase_ in text
    return re.search(rf"(?<!\w){re.escape(phrase_)}(?!\w)", text) is not None


def build_bot(config: BotConfig, now: Clock | None = None) -> Bot:
    """Open the bot of a config from ``train_bot`` or ``load_config``; ``now`` is for tests.

    Raises:
        DataError: the bot was not trained yet.
    """
    return Bot(config, load_model(config), now)

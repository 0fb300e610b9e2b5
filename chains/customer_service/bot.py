"""The bot: a Runnable from a message to a ``Turn``.

small talk, a person asked for, forbidden topics
  → intent with a template → FAQ and documents → a question back → a person
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from langchain_core.runnables import Runnable, RunnableConfig

from chains.customer_service.answering import Answering
from chains.customer_service.config import BotConfig
from chains.customer_service.log import Log
from chains.customer_service.phrases import (
    asks_for_a_person,
    language_of,
    languages,
    say,
    small_talk,
)
from chains.customer_service.privacy import mask
from chains.customer_service.skill import Skill, open_skill
from chains.customer_service.templates import Templates
from chains.customer_service.turn import Memory, Turn

LONGEST = 2000  # Characters of a message that are read.
SAID = 12  # Messages that are kept in mind for a summary.
MOST_MISSES = 2  # In a row; then a person takes over.

Clock = Callable[[], datetime]


class Bot(Runnable[Any, Turn]):
    """``invoke`` takes a message, or ``{"text": …, "thread": …}``; the thread is the conversation.

    LangChain's ``config={"configurable": {"thread_id": …}}`` names it as well. A message without a
    thread is a conversation of its own.
    """

    def __init__(self, config: BotConfig, skill: Skill, now: Clock | None = None) -> None:
        self.settings, self.skill = config, skill
        self.now = now or (lambda: datetime.now(UTC))
        self.log = Log(config.folder / "log.db")
        self.templates = Templates(config, skill.entities)
        self.answering = Answering(config, skill)
        self.display_name = languages() | {
            config.language,
            *(e.language for e in skill.knowledge.entries),
        }

    def invoke(
        self,
        input: Any,  # noqa: A002
        config: RunnableConfig | None = None,
        **kwargs: Any,
    ) -> Turn:
        """The answer to one message."""
        told = input if isinstance(input, dict) else {"text": input}
        named = (config or {}).get("configurable", {}).get("thread_id")
        thread = str(told.get("thread") or named or uuid4().hex[:12])
        return self._call_with_config(
            lambda text: self._turn(str(text), thread), str(told.get("text", "")), config
        )

    def rate(self, number: int, *, good: bool, **right: str | None) -> None:
        """A thumb up or down on a turn; ``intent`` or ``answer`` say what would have been right."""
        answer = right.get("answer")
        self.log.rate(
            number, good=good, intent=right.get("intent"), answer=mask(answer) if answer else None
        )

    def _turn(self, text: str, thread: str) -> Turn:
        begun = time.perf_counter()
        text = text.strip()[:LONGEST]
        memory = self.log.memory(thread)
        masked = mask(text)
        memory.language = language_of(
            text, memory.language, self.settings.language, self.display_name
        )
        turn = self._answer(text, masked, memory)
        missed = turn.kind in ("out of scope", "question") and memory.pending_slot is None
        memory.misses = memory.misses + 1 if missed else 0
        if memory.misses > MOST_MISSES:
            turn = self._hand_over(masked, memory, "not understood several times in a row")
        memory.said = [*memory.said, ("customer", masked), ("bot", turn.text)][-SAID:]
        turn = replace(turn, thread=thread, seconds=round(time.perf_counter() - begun, 4))
        return replace(turn, number=self.log.record(turn, masked, memory, self.settings.skill))

    def _answer(self, text: str, masked: str, memory: Memory) -> Turn:
        language = memory.language or self.settings.language
        if not text:
            return self._say("empty", "question", language, "the message is empty")
        if asks_for_a_person(text):
            return self._hand_over(masked, memory, "a person was asked for")
        if (kind := small_talk(text)) is not None:
            return self._say(kind, "small talk", language, f"small talk: {kind}")
        if (refusal := self._forbidden(text, language)) is not None:
            return refusal
        going_on = self.templates.go_on(text, memory, language)
        if going_on is not None:
            return going_on
        choice = self.answering.chosen(text, memory, language)
        if choice is not None:
            return choice
        vector = self.skill.vector(masked)
        guess = self.skill.intent(masked, vector)
        found = self.answering.search(masked, vector, language)
        if guess is not None and self.answering.is_sure(guess, found, language):
            memory.intent = guess.intent
            turn = self.templates.begin(guess, text, memory, language)
            if turn is not None:
                return turn
        return self.answering.answer(masked, found, guess, memory, language)

    def _forbidden(self, text: str, language: str) -> Turn | None:
        low = text.lower()
        for topic in self.settings.forbidden:
            if any(_holds(low, word.lower()) for word in topic.words):
                usual = say("forbidden", language, self.settings.about)
                said = topic.reply.get(language) or topic.reply.get("en") or usual
                return Turn("forbidden", said, language, because=f"forbidden topic: {topic.name}")
        return None

    def _say(self, phrase: str, kind: Any, language: str, because: str) -> Turn:
        return Turn(kind, say(phrase, language, self.settings.about), language, because=because)

    def _hand_over(self, masked: str, memory: Memory, because: str) -> Turn:
        language = memory.language or self.settings.language
        hours = self.settings.hours
        there = hours is None or hours.is_open(self.now())
        phrase = "handover_open" if there else "handover_closed"
        text = say(phrase, language, hours=hours.summary() if hours else "")
        summary = summarise(masked, memory, because)
        memory.pending_slot, memory.choices, memory.misses = None, [], 0
        return Turn("handover", text, language, memory.intent, summary=summary, because=because)


def _holds(text: str, word: str) -> bool:
    """Whether a word or phrase stands in a text, as whole words where words have edges."""
    import re

    if re.search(r"[\u3040-\u30ff\u3400-\u9fff]", word):
        return word in text
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) is not None


def summarise(masked: str, memory: Memory, because: str) -> str:
    """What a person who takes over needs to know, from the conversation itself."""
    lines = [f"Handed over because: {because}.", f"Language: {memory.language}."]
    if memory.intent:
        lines.append(f"About: {memory.intent}.")
    if memory.slots:
        lines.append("Known: " + "; ".join(f"{k} = {mask(v)}" for k, v in memory.slots.items()))
    lines += [f"{who}: {text}" for who, text in [*memory.said[-8:], ("customer", masked)]]
    return "\n".join(lines)


def build_bot(config: BotConfig, now: Clock | None = None) -> Bot:
    """The bot of a config that ``make_bot`` has made (or ``open_config`` has found).

    Raises:
        DataError: nothing was built for it yet.
    """
    return Bot(config, open_skill(config), now)

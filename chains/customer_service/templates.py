"""Answer templates of intents, with slots filled from entities, patterns and the conversation."""

from __future__ import annotations

import re
from typing import Any

from chains.customer_service.config import BotConfig
from chains.customer_service.intents import IntentGuess
from chains.customer_service.phrases import fill, places, say
from chains.customer_service.turn import Memory, Turn

LONGEST_VALUE = 80  # Characters: a longer message is no value of a slot.


class Templates:
    """The templates of a bot; ``entities`` is a predictor of named entities, if there is one."""

    def __init__(self, config: BotConfig, entities: Any = None) -> None:
        self.config, self.entities = config, entities

    def begin(self, guess: IntentGuess, text: str, memory: Memory, language: str) -> Turn | None:
        """The answer of an intent, or the question for a slot; ``None`` without a template."""
        if guess.intent not in self.config.templates:
            return None
        memory.slots.update(self.values(text))
        return self._next(guess.intent, memory, language, guess.confidence)

    def go_on(self, text: str, memory: Memory, language: str) -> Turn | None:
        """The answer that waited for a slot; ``None`` where none waits or the text has no value."""
        wanted, intent = memory.pending_slot, memory.intent
        memory.pending_slot = None
        if wanted is None or intent is None or intent not in self.config.templates:
            return None
        found = self.values(text)
        slot = self.config.slots.get(wanted)
        free = slot is None or slot.pattern is None
        if wanted not in found and free and len(text) <= LONGEST_VALUE and "?" not in text:
            found[wanted] = text
        if wanted not in found:
            return None
        memory.slots.update(found)
        return self._next(intent, memory, language, None)

    def values(self, text: str) -> dict[str, str]:
        """The slots' values that stand in a text."""
        found = {}
        for name, slot in self.config.slots.items():
            match = re.search(slot.pattern, text) if slot.pattern else None
            if match:
                found[name] = match.group(1) if match.re.groups else match.group()
        if self.entities is not None and self.config.slots:
            for entity in self.entities.predict([text])[0].entities:
                name = entity.label.lower()
                if name in self.config.slots:
                    found.setdefault(name, entity.text)
        return found

    def _next(self, intent: str, memory: Memory, language: str, sure: float | None) -> Turn:
        texts = self.config.templates[intent]
        text = texts.get(language) or texts.get(self.config.language) or next(iter(texts.values()))
        missing = [name for name in places(text) if name not in memory.slots]
        if not missing:
            said = fill(text, memory.slots)
            return Turn("template", said, language, intent, sure, because=f"intent {intent}")
        memory.pending_slot = missing[0]
        slot = self.config.slots.get(missing[0])
        asked = slot.ask.get(language) if slot else None
        said = asked or say("slot", language, slot=missing[0].replace("_", " "))
        because = f"intent {intent} needs {missing[0]}"
        return Turn("question", said, language, intent, sure, because=because)

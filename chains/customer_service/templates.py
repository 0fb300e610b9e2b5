"""Answer templates of intents; slots are filled from patterns, entities and the session."""

from __future__ import annotations

import re
from typing import Any

from chains.customer_service.config import BotConfig
from chains.customer_service.intent_classifier import IntentPrediction
from chains.customer_service.phrases import fill_placeholders, phrase, placeholders
from chains.customer_service.turns import BotTurn, SessionState

MAX_VALUE_LENGTH = 80  # Characters: a longer message is not the value of a slot.


class TemplateResponder:
    """Answer with the templates of a bot; ``entities`` is a predictor of entities, if any."""

    def __init__(self, config: BotConfig, entities: Any = None) -> None:
        self.config, self.entities = config, entities

    def start(
        self, prediction: IntentPrediction, text: str, session: SessionState, language: str
    ) -> BotTurn | None:
        """Return the answer of an intent or the question for a slot; ``None`` without template."""
        if prediction.intent not in self.config.templates:
            return None
        session.slots.update(self.extract_slots(text))
        return self._respond(prediction.intent, session, language, prediction.confidence)

    def resume(self, text: str, session: SessionState, language: str) -> BotTurn | None:
        """Return the answer that waited for a slot.

        ``None`` if none waits, or the message has no value for the slot.
        """
        slot_name, intent = session.pending_slot, session.intent
        session.pending_slot = None
        if slot_name is None or intent is None or intent not in self.config.templates:
            return None
        values = self.extract_slots(text)
        slot = self.config.slots.get(slot_name)
        takes_any_text = slot is None or slot.pattern is None
        is_value = takes_any_text and len(text) <= MAX_VALUE_LENGTH and "?" not in text
        if slot_name not in values and is_value:
            values[slot_name] = text
        if slot_name not in values:
            return None
        session.slots.update(values)
        return self._respond(intent, session, language, None)

    def extract_slots(self, text: str) -> dict[str, str]:
        """Return the values of slots in a text."""
        values = {}
        for name, slot in self.config.slots.items():
            match = re.search(slot.pattern, text) if slot.pattern else None
            if match:
                values[name] = match.group(1) if match.re.groups else match.group()
        if self.entities is not None and self.config.slots:
            for entity in self.entities.predict([text])[0].entities:
                name = entity.label.lower()
                if name in self.config.slots:
                    values.setdefault(name, entity.text)
        return values

    def _respond(
        self, intent: str, session: SessionState, language: str, confidence: float | None
    ) -> BotTurn:
        by_language = self.config.templates[intent]
        template = (
            by_language.get(language)
            or by_language.get(self.config.language)
            or next(iter(by_language.values()))
        )
        missing = [name for name in placeholders(template) if name not in session.slots]
        if not missing:
            text = fill_placeholders(template, session.slots)
            reason = f"intent {intent}"
            return BotTurn("template", text, language, intent, confidence, reason=reason)
        session.pending_slot = missing[0]
        slot = self.config.slots.get(missing[0])
        question = slot.ask.get(language) if slot else None
        text = question or phrase("slot", language, slot=missing[0].replace("_", " "))
        reason = f"intent {intent} needs {missing[0]}"
        return BotTurn("question", text, language, intent, confidence, reason=reason)

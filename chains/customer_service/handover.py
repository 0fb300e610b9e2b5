"""Hand a conversation over to a person, with a summary."""

from __future__ import annotations

from datetime import datetime

from chains.customer_service.config import BotConfig
from chains.customer_service.phrases import phrase
from chains.customer_service.privacy import mask
from chains.customer_service.turns import BotTurn, SessionState

SUMMARY_MESSAGES = 8


def hand_over(
    config: BotConfig, session: SessionState, message: str, reason: str, now: datetime
) -> BotTurn:
    """Return the turn that hands over, and clear what the session waits for.

    ``message`` is the last message of the customer, masked.
    """
    language = session.language or config.language
    hours = config.hours
    is_open = hours is None or hours.is_open(now)
    name = "handover_open" if is_open else "handover_closed"
    text = phrase(name, language, hours=hours.summary() if hours else "")
    summary = summarize(session, message, reason)
    session.pending_slot, session.choices, session.misses = None, [], 0
    return BotTurn("handover", text, language, session.intent, summary=summary, reason=reason)


def summarize(session: SessionState, message: str, reason: str) -> str:
    """Return what a person who takes over needs to know, with personal data masked."""
    lines = [f"Handed over because: {reason}.", f"Language: {session.language}."]
    if session.intent:
        lines.append(f"About: {session.intent}.")
    if session.slots:
        slots = "; ".join(f"{name} = {mask(value)}" for name, value in session.slots.items())
        lines.append(f"Known: {slots}")
    messages = [*session.messages[-SUMMARY_MESSAGES:], ("customer", message)]
    return "\n".join([*lines, *(f"{speaker}: {text}" for speaker, text in messages)])

"""Phrases that many English templates begin with."""

from __future__ import annotations

POLITE = (
    "[please|can you|could you|would you|hey,|ok,|now|i want you to|i'd like you to|let's|go ahead"
    " and|i need you to||||||||]"
)
ASK = "[please|can you|could you|can you tell me|tell me|do you know|hey,|||||||]"

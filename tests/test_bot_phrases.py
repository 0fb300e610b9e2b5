"""Phrases of the bot, and small talk."""

from __future__ import annotations

from chains.customer_service.phrases import (
    detect_small_talk,
    load_phrases,
    phrase,
    phrase_languages,
)


def test_every_language_has_every_phrase() -> None:
    phrases = load_phrases()
    assert len(phrase_languages()) >= 5
    assert all(set(phrases[code]) == set(phrases["en"]) for code in phrase_languages())


def test_braces_in_a_value_are_no_placeholders() -> None:
    assert "{about}" in phrase("handover_closed", "en", hours="{about}")


def test_small_talk_with_a_question_is_no_small_talk() -> None:
    assert detect_small_talk("Thanks a lot!") == "thanks"
    assert detect_small_talk("hi, my parcel is gone") is None

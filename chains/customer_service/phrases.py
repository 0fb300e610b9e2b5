"""The bot's own words, in several languages, and the small talk that it recognises."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from chainzoo import detect_language

LONGEST_SMALL_TALK = 60  # Characters: a longer message has something else in it.
PLACE = re.compile(r"\{(\w+)\}")
EDGES = " \t\n.,!?;:~…。，！？；：)("


@cache
def phrases() -> dict[str, dict[str, Any]]:
    """All of ``phrases.toml``."""
    text = Path(__file__).with_name("phrases.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def languages() -> set[str]:
    """Those that the bot's own words are there in."""
    return set(phrases()) - {"small_talk", "person", "openings"}


def say(name: str, language: str, about: Mapping[str, str] | None = None, **values: str) -> str:
    """A phrase in a language (or English), its places filled."""
    words = phrases().get(language) or phrases()["en"]
    topic = (about or {}).get(language)
    known = {**values, "about": words["about"].replace("{about}", topic) if topic else ""}
    return fill(str(words[name]), known)


def fill(text: str, values: dict[str, str]) -> str:
    """The text with ``{names}`` replaced; nothing that a value holds is read as a place."""
    return PLACE.sub(lambda match: values.get(match.group(1), match.group()), text)


def places(text: str) -> list[str]:
    """The names of the places in a template, in their order."""
    return list(dict.fromkeys(PLACE.findall(text)))


def small_talk(text: str) -> str | None:
    """Which small talk a whole message is, if it is any."""
    bare = text.strip(EDGES).lower()
    if not bare or len(bare) > LONGEST_SMALL_TALK:
        return None
    for kind, pattern in phrases()["small_talk"].items():
        if re.fullmatch(pattern, bare):
            return str(kind)
    return None


def _greeted_in(text: str) -> str | None:
    """The language of small talk, by the word that it begins with."""
    low = text.strip(EDGES).lower()
    openings = phrases()["openings"]
    return next((lang for lang, words in openings.items() if low.startswith(tuple(words))), None)


def asks_for_a_person(text: str) -> bool:
    """Whether a message asks to speak to a person."""
    return re.search(phrases()["person"]["pattern"], text.strip().lower()) is not None


def language_of(text: str, before: str | None, usual: str, among: Collection[str]) -> str:
    """The language of a message; where it is too short to tell, that of the conversation."""
    if small_talk(text) and (told := _greeted_in(text)):
        return told
    guess = detect_language([text], among).code
    words = len(text.split())
    certain = guess in ("zh", "ja", "ko", "ru", "uk", "ar", "he", "hi", "th", "el") or words >= 4
    if guess == "und" or not certain:
        return before or usual
    return guess

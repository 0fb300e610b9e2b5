"""The bot's own phrases in several languages, and detection of small talk and languages."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from chainzoo import detect_language

MAX_SMALL_TALK = 60  # Characters: a longer message says something else as well.
MIN_WORDS = 4  # Of a message, for its language to be certain.
OWN_SCRIPTS = ("zh", "ja", "ko", "ru", "uk", "ar", "he", "hi", "th", "el")  # Certain if shorter.
PLACEHOLDER = re.compile(r"\{(\w+)\}")
EDGES = " \t\n.,!?;:~…。，！？；：)("
RULES = {"small_talk", "human_request", "openings"}  # Sections that are no languages.


@cache
def load_phrases() -> dict[str, dict[str, Any]]:
    """Return the sections of ``phrases.toml``."""
    text = Path(__file__).with_name("phrases.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def phrase_languages() -> set[str]:
    """Return the languages that the bot has phrases in."""
    return set(load_phrases()) - RULES


def phrase(name: str, language: str, about: Mapping[str, str] | None = None, **values: str) -> str:
    """Return a phrase in a language (or in English), with its placeholders filled."""
    phrases = load_phrases().get(language) or load_phrases()["en"]
    topic = (about or {}).get(language)
    about_text = phrases["about"].replace("{about}", topic) if topic else ""
    return fill_placeholders(str(phrases[name]), {**values, "about": about_text})


def fill_placeholders(text: str, values: Mapping[str, str]) -> str:
    """Replace ``{names}`` by values; braces in values are kept as they are."""
    return PLACEHOLDER.sub(lambda match: values.get(match.group(1), match.group()), text)


def placeholders(text: str) -> list[str]:
    """Return the names of the placeholders of a template, in order."""
    return list(dict.fromkeys(PLACEHOLDER.findall(text)))


def detect_small_talk(text: str) -> str | None:
    """Return the kind of small talk that a message is, or ``None``."""
    bare = text.strip(EDGES).lower()
    if not bare or len(bare) > MAX_SMALL_TALK:
        return None
    patterns = load_phrases()["small_talk"].items()
    return next((str(kind) for kind, p in patterns if re.fullmatch(p, bare)), None)


def requests_human(text: str) -> bool:
    """Return whether a message asks to speak to a person."""
    pattern = load_phrases()["human_request"]["pattern"]
    return re.search(pattern, text.strip().lower()) is not None


def message_language(
    text: str, previous: str | None, default: str, candidates: Collection[str]
) -> str:
    """Return the language of a message; if it is too short, that of the conversation."""
    if detect_small_talk(text) and (language := _language_of_opening(text)):
        return language
    guess = str(detect_language([text], candidates).code)
    is_certain = guess in OWN_SCRIPTS or len(text.split()) >= MIN_WORDS
    if guess == "und" or not is_certain:
        return previous or default
    return guess


def _language_of_opening(text: str) -> str | None:
    """Return the language of small talk by how it begins."""
    bare = text.strip(EDGES).lower()
    openings = load_phrases()["openings"].items()
    return next((str(code) for code, words in openings if bare.startswith(tuple(words))), None)

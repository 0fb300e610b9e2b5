"""Generate the training requests from the templates: masked, labelled, with a fixed seed."""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Iterable, Iterator

from templates import CHINESE, ENGLISH, FILLERS

CHOICE = re.compile(r"\[([^\[\]]*)\]")
SEED = 13
PER_LABEL = 420  # Requests for each label and language.
MAX_TRIES = 6  # Times as many are drawn, because duplicates are dropped.

Request = tuple[str, str, str]  # Language, masked text, label.


def expand(template: str, rng: random.Random) -> str:
    """Draw one of the choices at every place of a template."""
    while (match := CHOICE.search(template)) is not None:
        choice = rng.choice(match.group(1).split("|"))
        template = template[: match.start()] + choice + template[match.end() :]
    return template


def fill(text: str, language: str, rng: random.Random) -> str:
    """Put words in place of tasks, languages, licences and methods."""
    for name, choices in FILLERS[language].items():
        text = re.sub(rf"\b{name}\b|{name}", lambda _, c=choices: rng.choice(c), text)
    return " ".join(text.split()) if language == "en" else text


def add_noise(text: str, rng: random.Random) -> str:
    """Change capitals and punctuation, and swap two letters, as people in a hurry do."""
    if rng.random() < 0.3:
        text = text[:1].upper() + text[1:]
    if rng.random() < 0.25:
        text += rng.choice(("?", "!", ".", " please", " ?"))
    if rng.random() < 0.15:
        tokens = text.split(" ")
        index = rng.randrange(len(tokens))
        token = tokens[index]
        if token.islower() and len(token) > 4:
            at = rng.randrange(1, len(token) - 1)
            tokens[index] = token[:at] + token[at + 1] + token[at] + token[at + 2 :]
        text = " ".join(tokens)
    return text


def generate_requests(seed: int = SEED) -> Iterator[Request]:
    """Generate the requests, language by language and label by label, without duplicates."""
    rng = random.Random(seed)
    for language, templates_by_label in (("en", ENGLISH), ("zh", CHINESE)):
        for label, templates in templates_by_label.items():
            seen: set[str] = set()
            for turn in range(PER_LABEL * MAX_TRIES):
                text = expand(templates[turn % len(templates)], rng)
                text = fill(text, language, rng)
                text = add_noise(text, rng) if language == "en" else text
                if text not in seen:
                    seen.add(text)
                    yield language, text, label
                if len(seen) >= PER_LABEL:
                    break


def requests_sha256(requests: Iterable[Request]) -> str:
    """SHA-256 of requests, in their order."""
    digest = hashlib.sha256()
    for request in requests:
        digest.update(repr(request).encode())
    return digest.hexdigest()

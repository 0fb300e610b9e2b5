"""Entity linking by name: spelling variants, initials and last words of one entity."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

# Suffixes that a company's name may have or lack.
LEGAL_FORMS = frozenset(
    [
        "ag",
        "bv",
        "co",
        "company",
        "corp",
        "corporation",
        "gmbh",
        "inc",
        "incorporated",
        "kg",
        "limited",
        "llc",
        "llp",
        "ltd",
        "nv",
        "oyj",
        "plc",
        "sa",
        "sarl",
        "se",
        "spa",
    ]
)
CHINESE_LEGAL_FORMS = re.compile(r"(股份有限公司|有限责任公司|有限公司|集团)$")
TITLES = frozenset(["dr", "lady", "lord", "miss", "mr", "mrs", "ms", "prof", "professor", "sir"])
STOP_WORDS = frozenset(["and", "de", "for", "in", "of", "on", "the", "und", "von"])


def normalize_name(name: str) -> str:
    """Return the form of a name that is compared: case-folded, without title and legal form.

    >>> normalize_name("The Acme Corp.") == normalize_name("ACME")
    True
    """
    folded = unicodedata.normalize("NFKC", name).casefold()
    folded = re.sub(r"['’]s$", "", folded.strip())
    words = re.findall(r"\w+", folded.replace(".", ""))
    if len(words) > 1 and words[0] in TITLES | {"the"}:
        words = words[1:]
    while len(words) > 1 and words[-1] in LEGAL_FORMS:
        words = words[:-1]
    return CHINESE_LEGAL_FORMS.sub("", " ".join(words)) or folded


def initials(name: str) -> str:
    """Return the first letters of the words that are no stop words; empty for a single word.

    >>> initials("Bank of England")
    'be'
    """
    words = [word for word in normalize_name(name).split() if word not in STOP_WORDS]
    return "".join(word[0] for word in words) if len(words) > 1 else ""


def link_entities(names: Iterable[tuple[str, str]]) -> dict[tuple[str, str], tuple[str, str]]:
    """Map each ``(type, name)`` of one document to the ``(type, normalized name)`` of its entity.

    A short name is linked to a longer name of its type if exactly one fits: as its initials ("EU")
    or as its last word ("Obama").
    """
    normalized = {pair: (pair[0], normalize_name(pair[1])) for pair in dict.fromkeys(names)}
    linked = {}
    for pair, entity in normalized.items():
        longer = {
            other_entity
            for other, other_entity in normalized.items()
            if other_entity[0] == entity[0] and _is_short_form(pair[1], other[1])
        }
        linked[pair] = longer.pop() if len(longer) == 1 else entity
    return linked


def _is_short_form(short: str, long: str) -> bool:
    name, words = normalize_name(short), normalize_name(long).split()
    if " " in name or len(words) < 2 or len(name) < 2:
        return False
    is_acronym = short.replace(".", "").isupper() and name == initials(long)
    return is_acronym or name == words[-1]

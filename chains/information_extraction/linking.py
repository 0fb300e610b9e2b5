"""Equal names of one thing: written otherwise, shortened to its initials or to its last word."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

# What a company's name may end with or lack.
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
CHINESE_FORMS = re.compile(r"(股份有限公司|有限责任公司|有限公司|集团)$")
TITLES = frozenset(["dr", "lady", "lord", "miss", "mr", "mrs", "ms", "prof", "professor", "sir"])
SMALL_WORDS = frozenset(["and", "de", "for", "in", "of", "on", "the", "und", "von"])


def normalised(name: str) -> str:
    """A name as it counts for sameness.

    >>> normalised("The Acme Corp.") == normalised("ACME")
    True
    """
    flat = unicodedata.normalize("NFKC", name).casefold()
    flat = re.sub(r"['’]s$", "", flat.strip())
    words = re.findall(r"\w+", flat.replace(".", ""))
    if len(words) > 1 and words[0] in TITLES | {"the"}:
        words = words[1:]
    while len(words) > 1 and words[-1] in LEGAL_FORMS:
        words = words[:-1]
    return CHINESE_FORMS.sub("", " ".join(words)) or flat


def initials(name: str) -> str:
    """The first letters of a name's words but the small ones; empty for a single word.

    >>> initials("Bank of England")
    'be'
    """
    words = [word for word in normalised(name).split() if word not in SMALL_WORDS]
    return "".join(word[0] for word in words) if len(words) > 1 else ""


def link(names: Iterable[tuple[str, str]]) -> dict[tuple[str, str], tuple[str, str]]:
    """From each ``(type, name)`` of one document to ``(type, normalised name)`` of what it names.

    A short name is that of a longer one of its type where just one fits: its initials ("EU"), or
    its last word ("Obama").
    """
    distinct = dict.fromkeys(names)
    full = {pair: (pair[0], normalised(pair[1])) for pair in distinct}
    found = {}
    for pair, key in full.items():
        longer = {
            other for at, other in full.items() if other[0] == key[0] and _shortens(pair[1], at[1])
        }
        found[pair] = longer.pop() if len(longer) == 1 else key
    return found


def _shortens(short: str, long: str) -> bool:
    one, words = normalised(short), normalised(long).split()
    if " " in one or len(words) < 2 or len(one) < 2:
        return False
    as_initials = short.replace(".", "").isupper() and one == initials(long)
    return as_initials or one == words[-1]

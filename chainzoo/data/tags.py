"""Tag sequences (IOB1, IOB2, BIOES) to spans of tokens and back, and which scheme a file uses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

Scheme = Literal["iob1", "iob2", "bioes"]
TAG = re.compile(r"^(?:O|[BIESLUM][-_].+)$")
# BILOU and BMES(O) are BIOES with other letters.
LETTERS = {"L": "E", "U": "S", "M": "I"}
TokenSpan = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class SchemeGuess:
    """The scheme that fits best, why, and how many tags break its rules (of how many spans)."""

    scheme: Scheme
    because: str
    broken: int
    spans: int


def is_tag(tag: str) -> bool:
    """Whether a text has the form of a tag: ``O``, ``B-PER``, ``I-LOC``, …"""
    return TAG.match(tag) is not None


def parts(tag: str) -> tuple[str, str]:
    """The letter (one of O, B, I, E, S) and the label of a tag."""
    if tag == "O":
        return "O", ""
    return LETTERS.get(tag[0], tag[0]), tag[2:]


def to_spans(tags: Sequence[str], scheme: Scheme) -> list[TokenSpan]:
    """``(first token, token after the last, label)`` of each entity, in order.

    Never fails on a sequence that breaks the rules: an entity that is continued without having
    begun begins there. ``broken`` finds such places.
    """
    spans: list[TokenSpan] = []
    begin, label, before = 0, "", "O"
    for at, tag in enumerate([*tags, "O"]):
        letter, name = parts(tag)
        new = letter in "BSO" or name != label or (scheme == "bioes" and before in "ES")
        if label and new:
            spans.append((begin, at, label))
            label = ""
        if letter != "O" and not label:
            begin, label = at, name
        before = letter
    return spans


def from_spans(spans: Iterable[TokenSpan], length: int, scheme: Scheme) -> list[str]:
    """The tags of ``length`` tokens with these spans, which are in order and do not overlap."""
    tags = ["O"] * length
    last_end, last_label = -1, ""
    for first, end, label in spans:
        tags[first:end] = [f"I-{label}"] * (end - first)
        touches = first == last_end and label == last_label
        if scheme != "iob1" or touches:
            tags[first] = f"B-{label}"
        if scheme == "bioes":
            tags[end - 1] = f"{'S' if end - first == 1 else 'E'}-{label}"
        last_end, last_label = end, label
    return tags


def broken(tags: Sequence[str], scheme: Scheme) -> Iterator[int]:
    """The positions of tags that may not stand where they do.

    >>> list(broken(["O", "I-PER", "O"], "iob2"))
    [1]
    """
    before, label = "O", ""
    for at, tag in enumerate([*tags, "O"]):
        letter, name = parts(tag)
        inside = before in "BI" and name == label
        if scheme == "iob1":
            wrong = letter in "ES" or (letter == "B" and not inside)
        elif scheme == "iob2":
            wrong = letter in "ES" or (letter == "I" and not inside)
        else:
            goes_on = letter in "IE"
            wrong = goes_on != inside if goes_on else before in "BI"
        if wrong:
            yield min(at, len(tags) - 1)
        before, label = letter, name


def guess_scheme(sequences: Iterable[Sequence[str]]) -> SchemeGuess:
    """The scheme whose rules the sequences break least; IOB2 where nothing tells them apart."""
    counts: dict[Scheme, int] = {"iob2": 0, "iob1": 0, "bioes": 0}
    letters: set[str] = set()
    spans = 0
    for tags in sequences:
        if all(tag == "O" for tag in tags):
            continue
        letters.update(tag[0] for tag in tags)
        for scheme in counts:
            counts[scheme] += sum(1 for _ in broken(tags, scheme))
        spans += len(to_spans(tags, "iob2"))
    if letters & set("ESLUM"):
        found = "/".join(sorted(letters - {"O"}))
        return SchemeGuess("bioes", f"tags begin with {found}", counts["bioes"], spans)
    if counts["iob1"] < counts["iob2"]:
        because = "entities begin with I-, and B- stands only where two of one type touch"
        return SchemeGuess("iob1", because, counts["iob1"], spans)
    return SchemeGuess("iob2", "every entity begins with B-", counts["iob2"], spans)

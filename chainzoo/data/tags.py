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
class DetectedScheme:
    """The scheme that fits best, why, and how many tags violate it (in how many spans)."""

    scheme: Scheme
    reason: str
    violations: int
    spans: int


def is_tag(tag: str) -> bool:
    """Return whether a text has the form of a tag: ``O``, ``B-PER``, ``I-LOC``, and so on."""
    return TAG.match(tag) is not None


def parse_tag(tag: str) -> tuple[str, str]:
    """Return the letter (one of O, B, I, E, S) and the label of a tag."""
    if tag == "O":
        return "O", ""
    return LETTERS.get(tag[0], tag[0]), tag[2:]


def to_spans(tags: Sequence[str], scheme: Scheme) -> list[TokenSpan]:
    """Return ``(first token, token after the last, label)`` of each entity, in order.

    Sequences that violate the scheme are read all the same: an entity that is continued without
    having begun begins there. :func:`violations` finds such tags.
    """
    spans: list[TokenSpan] = []
    begin, label, before = 0, "", "O"
    for at, tag in enumerate([*tags, "O"]):
        letter, name = parse_tag(tag)
        is_new = letter in "BSO" or name != label or (scheme == "bioes" and before in "ES")
        if label and is_new:
            spans.append((begin, at, label))
            label = ""
        if letter != "O" and not label:
            begin, label = at, name
        before = letter
    return spans


def from_spans(spans: Iterable[TokenSpan], length: int, scheme: Scheme) -> list[str]:
    """Return the tags of ``length`` tokens with these spans, in order and not overlapping."""
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


def violations(tags: Sequence[str], scheme: Scheme) -> Iterator[int]:
    """Yield the positions of the tags that violate the scheme.

    >>> list(violations(["O", "I-PER", "O"], "iob2"))
    [1]
    """
    before, label = "O", ""
    for at, tag in enumerate([*tags, "O"]):
        letter, name = parse_tag(tag)
        is_inside = before in "BI" and name == label
        if scheme == "iob1":
            is_wrong = letter in "ES" or (letter == "B" and not is_inside)
        elif scheme == "iob2":
            is_wrong = letter in "ES" or (letter == "I" and not is_inside)
        else:
            continues = letter in "IE"
            is_wrong = continues != is_inside if continues else before in "BI"
        if is_wrong:
            yield min(at, len(tags) - 1)
        before, label = letter, name


def detect_scheme(sequences: Iterable[Sequence[str]]) -> DetectedScheme:
    """Return the scheme that the sequences violate least; IOB2 if several fit equally well."""
    counts: dict[Scheme, int] = {"iob2": 0, "iob1": 0, "bioes": 0}
    letters: set[str] = set()
    spans = 0
    for tags in sequences:
        if all(tag == "O" for tag in tags):
            continue
        letters.update(tag[0] for tag in tags)
        for scheme in counts:
            counts[scheme] += sum(1 for _ in violations(tags, scheme))
        spans += len(to_spans(tags, "iob2"))
    if letters & set("ESLUM"):
        found = "/".join(sorted(letters - {"O"}))
        return DetectedScheme("bioes", f"tags begin with {found}", counts["bioes"], spans)
    if counts["iob1"] < counts["iob2"]:
        reason = "entities begin with I-, and B- stands only where two of one type touch"
        return DetectedScheme("iob1", reason, counts["iob1"], spans)
    return DetectedScheme("iob2", "every entity begins with B-", counts["iob2"], spans)

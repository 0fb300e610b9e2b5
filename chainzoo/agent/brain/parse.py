"""Parse a request: find what it mentions."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from chainzoo.agent.brain.card_names import CardNames
from chainzoo.agent.brain.mentions import CJK, Mention, MentionKind, ParsedRequest, is_chinese
from chainzoo.agent.brain.patterns import (
    FILE,
    FOLDER,
    IDENTIFIER,
    LATIN_WORDS,
    LEADING_WORDS,
    MODEL_FAMILY,
    NAMING,
    NOT_FOLDERS,
    NOT_NAMES,
    NOT_NEW_NAMES,
    QUOTES,
    SPACED_FILE,
)
from chainzoo.agent.brain.quantities import find_quantities

NAMING_WINDOW = 24  # Characters before a quotation in which a phrase such as "name it" may be.


def parse_request(text: str, cards: CardNames, known_names: Collection[str] = ()) -> ParsedRequest:
    """Find what a request mentions.

    Args:
        text: the request.
        cards: the cards that it may mention.
        known_names: names of tuned models that were mentioned before.
    """
    mentions: list[Mention] = []
    _add(mentions, _quoted(text, cards))
    _add(mentions, _files(text))
    _add(mentions, find_quantities(text))
    _add(mentions, _new_names(text))
    _add(mentions, _folders(text, cards))
    _add(mentions, _cards(text, cards))
    _add(mentions, _names(text, known_names))
    _add(mentions, _text_after_colon(text, mentions))
    return ParsedRequest(text, tuple(sorted(mentions, key=lambda mention: mention.start)))


def _add(mentions: list[Mention], candidates: Iterable[Mention]) -> None:
    """Add the candidates that do not overlap with what was found before."""
    for candidate in candidates:
        if all(candidate.end <= old.start or candidate.start >= old.end for old in mentions):
            mentions.append(candidate)


def _quoted(text: str, cards: CardNames) -> Iterable[Mention]:
    for match in QUOTES.finditer(text):
        quoted = next(group for group in match.groups() if group is not None).strip()
        kind = _kind_of_quoted(text, match, quoted, cards)
        yield Mention(kind, quoted, match.start(), match.end())


def _kind_of_quoted(text: str, match: re.Match[str], quoted: str, cards: CardNames) -> MentionKind:
    naming = NAMING.match(text, _line_start(text, match.start()))
    if FILE.fullmatch(quoted) or SPACED_FILE.fullmatch(quoted):
        return "file"
    if (naming is not None and naming.end() >= match.end() - 1) or (
        _follows_naming(text, match.start()) and re.fullmatch(IDENTIFIER, quoted)
    ):
        return "newname"
    if re.fullmatch(IDENTIFIER, quoted) and re.search(r"[-_@\d]", quoted):
        return "card" if cards.is_card(quoted) else "name"
    if re.fullmatch(r"[\w.~-]+(?:/[\w.~-]+)+/?|[\w.~-]+/", quoted):
        return "folder"
    return "text"


def _line_start(text: str, position: int) -> int:
    return max(text.rfind("\n", 0, position) + 1, position)


def _follows_naming(text: str, position: int) -> bool:
    before = text[max(0, position - NAMING_WINDOW) : position]
    return re.search(
        r"(?:(?:name|call)\s+(?:it|that|this|the model)|named|called|名为|叫做?|取名|命名为|名字叫?)\s*$",
        before,
        re.IGNORECASE,
    ) is not None  # fmt: skip


def _files(text: str) -> Iterable[Mention]:
    for match in FILE.finditer(text):
        value = match.group()
        offset = _name_offset(value) if re.search(f"[{CJK}]", value) else 0
        path = value[offset:].replace("\\", "/")
        yield Mention("file", path, match.start() + offset, match.end())


def _name_offset(value: str) -> int:
    """Where the name of a file starts in a run of characters that may begin with Chinese words."""
    latin = re.search(r"[A-Za-z0-9_.~/\\-]*[A-Za-z0-9_-]\.[A-Za-z0-9.]+$", value)
    if latin is not None and latin.start():
        offset = latin.start()
        in_path = not value[offset - 1].isascii() and "/" in value[: offset + 1]
        return 0 if in_path else offset
    leading = LEADING_WORDS.match(value)
    offset = leading.end() if leading else 0
    return 0 if value[offset:].startswith((".", "/")) else offset


def _new_names(text: str) -> Iterable[Mention]:
    for match in NAMING.finditer(text):
        value = match.group(1)
        if value.lower() not in NOT_NEW_NAMES:
            yield Mention("newname", value, match.start(1), match.end(1))


def _folders(text: str, cards: CardNames) -> Iterable[Mention]:
    for match in FOLDER.finditer(text):
        value = match.group()
        if cards.is_card(value) or re.fullmatch(r"\d+/\d+", value):
            continue
        if value.lower() not in NOT_FOLDERS:
            yield Mention("folder", value.rstrip(".,"), match.start(), match.end())


def _cards(text: str, cards: CardNames) -> Iterable[Mention]:
    lowered = text.lower()
    for name, card_id in cards.by_length():
        for match in re.finditer(rf"(?<![a-z0-9_./-]){re.escape(name)}(?![a-z0-9_@/-])", lowered):
            yield Mention("card", card_id, match.start(), match.end())
    for match in re.finditer(r"(?<![\w/-])(?:[\w-]+/)?[A-Za-z][\w.-]*\w", text, re.ASCII):
        if MODEL_FAMILY.match(match.group()) and re.search(r"[-\d/]", match.group()):
            yield Mention("card", match.group(), match.start(), match.end())


def _names(text: str, known_names: Collection[str]) -> Iterable[Mention]:
    """Names of tuned models: known ones, those with a mark or a digit, Latin ones in Chinese."""
    chinese = is_chinese(text)
    for match in re.finditer(rf"(?<![A-Za-z0-9_./-]){IDENTIFIER}", text, re.ASCII):
        value, lowered = match.group(), match.group().lower()
        if lowered in NOT_NAMES or lowered.startswith(("fine-", "pre-", "non-", "multi-")):
            continue
        marked = re.search(r"[-_@]|[A-Za-z]\d|\d[A-Za-z]", value) is not None
        foreign = chinese and lowered not in LATIN_WORDS and len(value) > 1
        if value in known_names or marked or foreign:
            yield Mention("name", value, match.start(), match.end())


def _text_after_colon(text: str, mentions: Collection[Mention]) -> list[Mention]:
    """A text that follows the name of a model and a colon, without quotation marks."""
    colon = re.search(r"[:：]\s*(?=\S)", text)
    named = colon and any(m.kind == "name" and m.end <= colon.start() for m in mentions)
    if colon is None or not named or any(m.end > colon.end() for m in mentions):
        return []
    rest = text[colon.end() :].strip()
    return [Mention("text", rest, colon.end(), len(text))] if len(rest) > 3 else []

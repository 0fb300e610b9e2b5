"""What a request mentions: files, folders, cards, tuned models, texts, sizes and numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

from chainzoo.agent.brain.lexicon import NUMBER

MentionKind = Literal[
    "file", "folder", "card", "name", "newname", "text", "size", "epochs", "rate", "batch", "limit"
]
MASKS: dict[str, str] = {
    "file": "FILE", "folder": "FOLDER", "card": "CARD", "name": "NAME", "newname": "NAME",
    "text": "TEXT", "size": "SIZE", "epochs": "NUM", "rate": "NUM", "batch": "NUM", "limit": "NUM",
}  # fmt: skip
CJK = r"一-鿿"


@dataclass(frozen=True, slots=True)
class Mention:
    """Something that a request names, and its span of characters."""

    kind: MentionKind
    value: Any
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ParsedRequest:
    """A request with its mentions, in their order."""

    text: str
    mentions: tuple[Mention, ...]

    def values(self, *kinds: str) -> list[Any]:
        """The values of the mentions of some kinds, in their order."""
        return [mention.value for mention in self.mentions if mention.kind in kinds]

    def first(self, *kinds: str) -> Any:
        """The first value of some kinds, or ``None``."""
        return next(iter(self.values(*kinds)), None)

    @property
    def masked(self) -> str:
        """The text with a placeholder for each mention, which is what the classifier reads."""
        parts, position = [], 0
        for mention in self.mentions:
            parts += [self.text[position : mention.start], self._mask(mention)]
            position = mention.end
        return "".join([*parts, self.text[position:]])

    def _mask(self, mention: Mention) -> str:
        """The placeholder; the words around a number stay."""
        mask, text = MASKS[mention.kind], self.text[mention.start : mention.end]
        number = re.search(NUMBER, text, re.IGNORECASE)
        if mask == "NUM" and number:
            return text[: number.start()] + mask + text[number.end() :]
        return mask


def is_chinese(text: str) -> bool:
    """Whether a text is Chinese rather than English with a Chinese name in it."""
    characters = len(re.findall(f"[{CJK}]", text))
    return characters > 0 and characters >= len(re.findall(r"[A-Za-z]{2,}", text))


def language_of(text: str) -> str:
    """The language to answer in: ``zh`` or ``en``."""
    return "zh" if is_chinese(text) else "en"

"""Find sizes, learning rates, batch sizes, epochs and limits in a request."""

from __future__ import annotations

import re
from collections.abc import Iterable

from chainzoo.agent.brain.lexicon import NUMBER, NUMBER_WORDS
from chainzoo.agent.brain.mentions import Mention, MentionKind

QUANTITIES: tuple[tuple[MentionKind, re.Pattern[str]], ...] = (
    ("size", re.compile(
        rf"({NUMBER})\s*(?:-\s*)?(gb|gigabytes?|gigs?|g(?![a-z])|mb|megabytes?|megs?|m(?![a-z])|兆|千兆)", re.IGNORECASE)),
    ("rate", re.compile(
        rf"(?:learning[ _-]?rate|\blr|step size|学习率)\s*(?:of|to|at|=|:|：|为|是|设为|设成|用|改成|改为)?\s*({NUMBER})", re.IGNORECASE)),
    ("rate", re.compile(rf"({NUMBER})\s*(?:as (?:the )?)?(?:learning rate|的学习率)", re.IGNORECASE)),
    ("batch", re.compile(
        rf"(?:batch[ _-]?size|batches|batch|\bbs|批大小|批次大小|批量大小|批次|批量)\s*(?:of|to|=|:|：|为|是|设为|设成|用|改成|改为)?\s*({NUMBER})", re.IGNORECASE)),
    ("batch", re.compile(rf"({NUMBER})\s*(?:rows|examples|samples|sentences) (?:a|per) (?:step|batch)", re.IGNORECASE)),
    ("epochs", re.compile(
        rf"({NUMBER})\s*(?:more\s+|full\s+|个\s*|次\s*)?(?:epochs?|passes|rounds?|times over|轮次|轮|遍|epoch|回合)", re.IGNORECASE)),
    ("epochs", re.compile(rf"(?:epochs?|轮数|训练轮数)\s*(?:of|to|=|:|：|为|是|设为|改成)?\s*({NUMBER})", re.IGNORECASE)),
    ("limit", re.compile(rf"(?:top|best|first|at most|前)\s+?({NUMBER})(?:\s*(?:models?|个|ones)|\b)(?!\s*(?:mb|gb|g\b|m\b|兆))", re.IGNORECASE)),
    ("limit", re.compile(rf"({NUMBER})\s*(?:个|款|种)?\s*(?:[\w-]+\s+){{0,2}}(?:models|encoders|candidates)\b", re.IGNORECASE)),
    ("limit", re.compile(rf"\b(?:the\s+)?({NUMBER})\s+(?:best|smallest|fastest|lightest|top|strongest)\b", re.IGNORECASE)),
    ("limit", re.compile(rf"(?:前|推荐|列出|给我|找)\s*({NUMBER})\s*(?:个|款|种)", re.IGNORECASE)),
)  # fmt: skip


def find_quantities(text: str) -> Iterable[Mention]:
    """Find the quantities of a text; sizes are in MB."""
    for kind, pattern in QUANTITIES:
        for match in pattern.finditer(text):
            value = parse_number(match.group(1))
            if kind == "limit" and value <= 1:
                continue
            if kind == "size":
                in_gigabytes = match.group(2).lower().startswith(("g", "千"))
                value = value * 1000 if in_gigabytes else value
            yield Mention(kind, value, match.start(), match.end())


def parse_number(text: str) -> float | int:
    """Parse a number written in digits or in words."""
    low = text.lower()
    value = float(NUMBER_WORDS[low]) if low in NUMBER_WORDS else float(low)
    return int(value) if value.is_integer() else value

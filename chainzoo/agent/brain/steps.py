"""Split a request of several steps where one ends and the next begins."""

from __future__ import annotations

import re

from chainzoo.agent.brain.mentions import CJK
from chainzoo.agent.brain.patterns import QUOTES

# Verbs with which a next step begins.
VERB_EN = (
    r"(?:evaluate|test|score|judge|label|classify|tag|annotate|predict|promote|delete|remove|drop|"
    r"compare|inspect|look|tune|train|fine-?tune|finetune|stop|cancel|describe|list|index|search|"
    r"put it|make it|make (?=\S+ (?:the )?(?:production|live))|push|deploy|tell me|show me|show|check|"
    r"use it|use (?=\S+ (?:to|on)\b)|run it|run (?=\S+ (?:on|over)\b)|see how|find|ask|let me know|"
    r"give me|set it|say|report|read|ingest|get rid)"
)
BOUNDARY_EN = re.compile(
    rf"\s*(?:[,;.]?\s*\b(?:and\s+)?(?:then|after that|afterwards|after which|next|finally|lastly|"
    rf"once (?:it|that|this)(?: i|')s (?:done|finished|ready|trained|tuned)|when (?:it|that)(?: i|')s "
    rf"(?:done|finished|ready)|followed by)\b[, ]*(?:and\s+)?(?:please\s+)?|;\s*|"
    rf"\s*,?\s+and\s+(?:also\s+)?(?={VERB_EN}\b)|,\s+(?={VERB_EN}\b)|[.!?]\s+(?:also\s+|and\s+|now\s+)?(?={VERB_EN}\b))",
    re.IGNORECASE,
)  # fmt: skip
OPENING_EN = re.compile(
    r"^\s*(?:first(?:ly|\s+of\s+all)?|to begin with|start by)[, ]+", re.IGNORECASE
)
VERB_ZH = r"(?:用|把|将|拿|给|在|评估|测|微调|训练|标注|预测|比较|上线|发布|删|停|看|列|介绍|描述|检查|对|让|设|索引|搜|查|告诉|推荐)"
BOUNDARY_ZH = re.compile(
    rf"[，,。；;、]?\s*(?:然后|接着|之后|随后|最后|接下来|完成后|完了以后|训练完后|训练完成后|好了之后|等它好了)[再就，, ]*|[；;]|"
    rf"[，,。]\s*(?:再|并且|并|还要|同时|顺便)(?=\s*{VERB_ZH})|(?<=[a-zA-Z0-9”」])\s*再(?={VERB_ZH})|"
    rf"(?<=[一-鿿a-zA-Z0-9])并(?=(?:用|把|将|评估|测试|上线|发布|标注|预测))"
)  # fmt: skip
OPENING_ZH = re.compile(r"^\s*(?:首先|先)")


def split_steps(text: str) -> list[str]:
    """The steps of a request in their order; quoted text is never split."""
    quotations: list[str] = []

    def hide(match: re.Match[str]) -> str:
        quotations.append(match.group())
        return f"⟦{len(quotations) - 1}⟧"

    def show(match: re.Match[str]) -> str:
        return quotations[int(match.group(1))]

    hidden = QUOTES.sub(hide, text)
    chinese = re.search(f"[{CJK}]", hidden) is not None
    head, *rest = (OPENING_ZH if chinese else OPENING_EN).split(hidden, maxsplit=1)
    parts = [rest[0] if rest else head]
    for pattern in (BOUNDARY_EN, BOUNDARY_ZH) if chinese else (BOUNDARY_EN,):
        parts = [piece for part in parts for piece in pattern.split(part)]
    steps = [re.sub(r"⟦(\d+)⟧", show, part.strip(" ,，。.")) for part in parts]
    return [step for step in steps if re.search(r"\w", step)] or [text]

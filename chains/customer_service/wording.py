"""Answers worded by a chat model, and the check that their passages support every sentence."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from chains.customer_service.knowledge import Found, embed, sentences
from chains.customer_service.phrases import fill

NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
WORD = re.compile(r"[^\W\d_]{3,}|[\u4e00-\u9fff]")
COVERED = 0.6  # Share of a sentence's words that must stand in the passages.
LIKE = 0.6  # Cosine that it must have with one of their sentences.
REFUSAL = "NO ANSWER"


@cache
def prompts() -> dict[str, str]:
    """All of ``prompts.toml``."""
    return tomllib.loads(Path(__file__).with_name("prompts.toml").read_text(encoding="utf-8"))


def worded(llm: Any, question: str, found: Sequence[Found], language: str) -> str:
    """What the chat model makes of the passages."""
    passages = "\n".join(f"[{n}] {f.entry.question}\n{f.answer}" for n, f in enumerate(found, 1))
    system = fill(prompts()["system"], {"language": language})
    asked = fill(prompts()["question"], {"passages": passages, "question": question})
    return str(llm.invoke([("system", system), ("human", asked)]).content).strip()


def unsupported(answer: str, passages: Sequence[str], embeddings: Any) -> str | None:
    """The first sentence that the passages do not support; ``None`` where they support all.

    Every number must stand in them, most of the words, and one of their sentences must mean nearly
    the same.
    """
    said = sentences(answer)
    if not said or REFUSAL in answer.upper():
        return answer or REFUSAL
    known = [s for passage in passages for s in sentences(passage)] or list(passages)
    together = " ".join(passages)
    numbers, words = set(NUMBER.findall(together)), set(WORD.findall(together.lower()))
    likes = embed(embeddings, said) @ embed(embeddings, known).T
    for sentence, row in zip(said, np.atleast_2d(likes), strict=True):
        own = WORD.findall(sentence.lower())
        covered = sum(word in words for word in own) / max(len(own), 1)
        if set(NUMBER.findall(sentence)) - numbers or covered < COVERED or row.max() < LIKE:
            return sentence
    return None

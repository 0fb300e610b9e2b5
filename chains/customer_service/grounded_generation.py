"""Answers written by a chat model, and the check that passages support every sentence."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from chains.customer_service.knowledge import KnowledgeHit
from chains.customer_service.phrases import fill_placeholders
from chains.customer_service.texts import embed_texts, split_sentences

NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
WORD = re.compile(r"[^\W\d_]{3,}|[\u4e00-\u9fff]")
MIN_WORD_COVERAGE = 0.6  # Share of a sentence's words that occur in the passages.
MIN_COSINE = 0.6  # With one of their sentences.
NO_ANSWER = "NO ANSWER"


@cache
def load_prompts() -> dict[str, str]:
    """Return the prompts of ``prompts.toml``."""
    return tomllib.loads(Path(__file__).with_name("prompts.toml").read_text(encoding="utf-8"))


def generate_answer(llm: Any, question: str, hits: Sequence[KnowledgeHit], language: str) -> str:
    """Return what a chat model answers from the passages."""
    prompts = load_prompts()
    passages = "\n".join(f"[{n}] {h.entry.question}\n{h.answer}" for n, h in enumerate(hits, 1))
    system = fill_placeholders(prompts["system"], {"language": language})
    human = fill_placeholders(prompts["question"], {"passages": passages, "question": question})
    return str(llm.invoke([("system", system), ("human", human)]).content).strip()


def find_unsupported_sentence(answer: str, passages: Sequence[str], embeddings: Any) -> str | None:
    """Return the first sentence that passages do not support; ``None`` if they support all.

    All numbers and most words of a sentence must occur in the passages, and one of their sentences
    must have a similar meaning. A refusal to answer is not supported.
    """
    sentences = split_sentences(answer)
    if not sentences or NO_ANSWER in answer.upper():
        return answer or NO_ANSWER
    evidence = [s for passage in passages for s in split_sentences(passage)] or list(passages)
    text = " ".join(passages)
    numbers, words = set(NUMBER.findall(text)), set(WORD.findall(text.lower()))
    cosines = embed_texts(embeddings, sentences) @ embed_texts(embeddings, evidence).T
    for sentence, row in zip(sentences, np.atleast_2d(cosines), strict=True):
        own_words = WORD.findall(sentence.lower())
        coverage = sum(word in words for word in own_words) / max(len(own_words), 1)
        has_other_numbers = set(NUMBER.findall(sentence)) - numbers
        if has_other_numbers or coverage < MIN_WORD_COVERAGE or row.max() < MIN_COSINE:
            return sentence
    return None

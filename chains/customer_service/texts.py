"""Sentences, vectors and languages of texts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from chainzoo import detect_language

HEADING = re.compile(r"^#{1,6}\s.*$", re.MULTILINE)
WRAPPED_LINE = re.compile(r"(?<=[^\n.!?。！？:])\n(?=[^\n\-*#|\d])")  # Not the end of a sentence.
SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=\S)|(?<=[。！？])|\n+")


def split_sentences(text: str) -> list[str]:
    """Return the sentences of a passage, without headings and list marks."""
    body = WRAPPED_LINE.sub(" ", HEADING.sub("", text))
    parts = [part.strip(" \t*-") for part in SENTENCE_END.split(body) if part]
    return [part for part in parts if len(part) > 1]


def embed_texts(embeddings: Any, texts: Sequence[str]) -> np.ndarray:
    """Return the vectors of texts: (texts, dimensions)."""
    if not texts:
        return np.zeros((0, 1), dtype=np.float32)
    return np.asarray(embeddings.embed_documents(list(texts)), dtype=np.float32)


def text_language(text: str, default: str) -> str:
    """Return the language of a text, or ``default`` if it is not recognized."""
    code = detect_language([text]).code
    return default if code == "und" else code

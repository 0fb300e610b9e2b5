"""Keys by which a row is recognised in whatever file, format or task it comes back."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from chainzoo.data.examples import (
    QuestionExample,
    RankedPair,
    SimilarityExample,
    TextExample,
    TextPair,
)
from chainzoo.hashing import text_sha256

KEY_LENGTH = 24


def row_keys(example: Any) -> frozenset[str]:
    """Return the keys of an example: one of its text, and one of its text and target together.

    Two examples are the same row if they share a key. The first key recognises a row in another
    format (CSV, JSON, CoNLL), because case, spaces and punctuation are ignored. The second
    recognises it in another task: a question with its answer is the same row whether it is read
    as a conversation, as a ranked pair or as a text with a target.
    """
    text = _letters(example.text)
    texts = (text, text + "".join(map(_letters, _other_texts(example))))
    return frozenset(text_sha256(each)[:KEY_LENGTH] for each in texts)


def _letters(text: str) -> str:
    """Return the letters and digits of a text in one case; all of it if it has none."""
    return re.sub(r"[\W_]+", "", text.casefold()) or text.strip()


def _other_texts(example: Any) -> Iterable[str]:
    if isinstance(example, RankedPair):
        return (example.item,)
    if isinstance(example, TextPair):
        return example.targets
    if isinstance(example, QuestionExample):
        return (example.question,)
    if isinstance(example, SimilarityExample):
        return (example.other or "",)
    return example.labels if isinstance(example, TextExample) else ()

"""Constrained decoding: the model can only write what a grammar allows, and finishes in time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from transformers import LogitsProcessor

from chainzoo.errors import PredictionError
from chainzoo.langchain.chat.tool_calls import FREE_TEXT_RULE

CLOSING = re.compile(r'^[\s]*["}\]]+[\s"}\]]*$')
CLOSING_BONUS = 100.0
"""Added to the logits of closing tokens; above every logit, so that one wins wherever it may stand."""
START_TOKENS = 4
"""Tokens of an answer that show whether it is a call or free text."""


@dataclass(frozen=True, slots=True)
class ConstraintLimits:
    """Where an answer starts and when it must come to its end, in tokens."""

    prompt_tokens: int
    close_after: int
    """Tokens of the answer from which on closing tokens are preferred."""
    stop_ids: Sequence[int]


@lru_cache(maxsize=4)
def _guide(tokenizer: Any, vocab_size: int) -> Any:
    """The tokenizer in llguidance's form; building it takes up to 0.6 s."""
    from llguidance.hf import from_tokenizer

    return from_tokenizer(tokenizer, n_vocab=vocab_size)


@lru_cache(maxsize=4)
def _closing_tokens(tokenizer: Any, vocab_size: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The tokens that begin with a quotation mark, and those of braces and brackets alone.

    Inside a string a brace closes nothing, so the quotation mark is preferred.
    """
    texts = [(at, tokenizer.decode([at])) for at in range(min(vocab_size, len(tokenizer)))]
    closing = [(at, text) for at, text in texts if CLOSING.match(text)]
    quotes = tuple(at for at, text in closing if text.startswith('"'))
    return quotes, tuple(at for at, text in closing if '"' not in text)


class ConstrainedDecoding(LogitsProcessor):
    """Allow only tokens after which the text can still be completed to one of the grammar.

    From ``limits.close_after`` tokens on, tokens that close a value or an object are preferred
    wherever the grammar allows them, so that a call is complete before the token limit cuts it.
    """

    def __init__(
        self, tokenizer: Any, vocab_size: int, grammar: str, limits: ConstraintLimits
    ) -> None:
        """``grammar`` is in llguidance's form.

        Raises:
            PredictionError: llguidance cannot read the grammar.
        """
        from llguidance import LLMatcher

        self.tokenizer = tokenizer
        self.matcher = LLMatcher(_guide(tokenizer, vocab_size), grammar)
        if self.matcher.is_error():
            raise PredictionError(
                f"A schema cannot be enforced: {_first_line(self.matcher.get_error())}",
                remedy="Write it with the common keywords of JSON Schema.",
            )
        self.allows_free_text = FREE_TEXT_RULE in grammar
        quotes, braces = _closing_tokens(tokenizer, vocab_size)
        self.quotes = torch.tensor(quotes, dtype=torch.long)
        self.closers = torch.tensor([*braces, *limits.stop_ids], dtype=torch.long)
        self.prompt_tokens = self.consumed = limits.prompt_tokens
        self.close_after = limits.prompt_tokens + limits.close_after

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """The scores, with minus infinity for every token that the grammar does not allow next."""
        row = input_ids[0].tolist()
        if len(row) > self.consumed:
            self.matcher.consume_tokens(row[self.consumed :])
            self.consumed = len(row)
        bits = np.frombuffer(self.matcher.compute_bitmask(), dtype=np.uint8)
        allowed = np.unpackbits(bits, bitorder="little")[: scores.shape[-1]].astype(bool)
        mask = torch.zeros(scores.shape[-1], dtype=torch.bool)
        mask[: len(allowed)] = torch.from_numpy(allowed)
        scores = scores.masked_fill(~mask.to(scores.device), float("-inf"))
        if len(row) >= self.close_after and self._is_structured(row):
            scores[:, self.quotes.to(scores.device)] += 2 * CLOSING_BONUS
            scores[:, self.closers.to(scores.device)] += CLOSING_BONUS
        return scores

    def _is_structured(self, row: list[int]) -> bool:
        """Whether the answer is a call or JSON rather than free text."""
        if not self.allows_free_text:
            return True
        start = self.prompt_tokens
        text = self.tokenizer.decode(row[start : start + START_TOKENS])
        return bool(text.lstrip().startswith("<"))


def _first_line(message: object) -> str:
    return (str(message).strip().splitlines() or ["unknown reason"])[0][:200]

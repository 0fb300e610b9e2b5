"""Decoding that cannot leave a grammar, and comes to an end in time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from transformers import LogitsProcessor

from chainzoo.errors import PredictionError
from chainzoo.langchain.chat.tool_calls import FREE

CLOSING = re.compile(r'^[\s]*["}\]]+[\s"}\]]*$')
HURRY = 100.0  # Above every logit, so that what closes is taken wherever it may stand.


@lru_cache(maxsize=4)
def _guide(tokenizer: Any, size: int) -> Any:
    """The tokenizer in llguidance's form; building it takes a part of a second."""
    from llguidance.hf import from_tokenizer

    return from_tokenizer(tokenizer, n_vocab=size)


@lru_cache(maxsize=4)
def _closers(tokenizer: Any, size: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The tokens that begin with a quotation mark, and those of braces and brackets alone.

    Inside a text a brace closes nothing; so the quotation mark is tried first.
    """
    written = [(at, tokenizer.decode([at])) for at in range(min(size, len(tokenizer)))]
    closing = [(at, text) for at, text in written if CLOSING.match(text)]
    quotes = tuple(at for at, text in closing if text.startswith('"'))
    return quotes, tuple(at for at, text in closing if '"' not in text)


class ConstrainedDecoding(LogitsProcessor):
    """Allows only tokens with which the text can still be of the grammar.

    From ``hurry`` tokens on, what closes a value or an object is preferred wherever the grammar
    has it, so that a call is whole before the answer's tokens are used up.
    """

    def __init__(
        self,
        tokenizer: Any,
        size: int,
        grammar: str,
        prompt: int,
        hurry: int,
        stops: Sequence[int],
    ) -> None:
        from llguidance import LLMatcher

        self.tokenizer = tokenizer
        self.matcher = LLMatcher(_guide(tokenizer, size), grammar)
        if self.matcher.is_error():
            raise PredictionError(
                f"A schema cannot be held to: {_first_line(self.matcher.get_error())}",
                remedy="Write it with the common keywords of JSON Schema.",
            )
        self.free = FREE in grammar  # Words may come, in which nothing need be closed.
        quotes, braces = _closers(tokenizer, size)
        self.quotes = torch.tensor(quotes, dtype=torch.long)
        self.closers = torch.tensor([*braces, *stops], dtype=torch.long)
        self.prompt = self.seen = prompt
        self.hurry = prompt + hurry

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """Scores with minus infinity for every token that the grammar does not have next."""
        row = input_ids[0].tolist()
        if len(row) > self.seen:
            self.matcher.consume_tokens(row[self.seen :])
            self.seen = len(row)
        bits = np.frombuffer(self.matcher.compute_bitmask(), dtype=np.uint8)
        allowed = np.unpackbits(bits, bitorder="little")[: scores.shape[-1]].astype(bool)
        mask = torch.zeros(scores.shape[-1], dtype=torch.bool)
        mask[: len(allowed)] = torch.from_numpy(allowed)
        scores = scores.masked_fill(~mask.to(scores.device), float("-inf"))
        if len(row) >= self.hurry and self._in_a_call(row):
            scores[:, self.quotes.to(scores.device)] += 2 * HURRY
            scores[:, self.closers.to(scores.device)] += HURRY
        return scores

    def _in_a_call(self, row: list[int]) -> bool:
        """Whether the answer is a call or JSON rather than words."""
        if not self.free:
            return True
        begun = self.tokenizer.decode(row[self.prompt : self.prompt + 4])
        return bool(begun.lstrip().startswith("<"))


def _first_line(text: object) -> str:
    return (str(text).strip().splitlines() or ["it is none"])[0][:200]

"""Generate an answer piece by piece; it can be stopped at any token, from any thread."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from transformers import (
    GenerationConfig,
    LogitsProcessorList,
    StoppingCriteria,
    StoppingCriteriaList,
    TextIteratorStreamer,
)

from chainzoo.errors import PredictionError
from chainzoo.langchain.chat.constraints import ConstrainedDecoding, ConstraintLimits
from chainzoo.langchain.chat.loading import LoadedChatModel

LOCK_POLL_SECONDS = 0.2
"""How often a request that waits for the model looks whether it was cancelled."""
CLOSING_TOKENS = 48
"""Tokens at the end of the budget that are kept for closing what a grammar has open."""


@dataclass(frozen=True, slots=True)
class GenerationSettings:
    """How to generate. At temperature 0 the likeliest token is always taken."""

    max_tokens: int
    temperature: float
    top_p: float
    seed: int | None
    stop: tuple[str, ...]
    grammar: str | None
    timeout: float | None = None
    """Seconds for the whole answer."""


@dataclass(slots=True)
class GenerationOutcome:
    """Token counts and the reason for the end; filled in when the last piece was read."""

    input_tokens: int = 0
    output_tokens: int = 0
    finish_reason: str = "stop"


class _Cancellation(StoppingCriteria):
    """Stop when the reader has gone, ``cancel`` is set or the time is over; count the tokens."""

    def __init__(
        self, prompt_tokens: int, timeout: float | None, cancel: threading.Event | None
    ) -> None:
        self.reader_gone = threading.Event()
        self.deadline = math.inf if timeout is None else time.monotonic() + timeout
        self.timed_out = False
        self.cancel = cancel  # The caller's: it is read here, never set.
        self.prompt_tokens = prompt_tokens
        self.output_tokens = 0

    def __call__(self, input_ids: torch.Tensor, scores: Any, **kwargs: Any) -> torch.Tensor:
        self.output_tokens = input_ids.shape[1] - self.prompt_tokens
        return torch.full((input_ids.shape[0],), self.is_set(), device=input_ids.device)

    def is_set(self) -> bool:
        """Whether no more tokens are wanted."""
        self.timed_out = self.timed_out or time.monotonic() > self.deadline
        if self.timed_out:
            return True
        return self.reader_gone.is_set() or (self.cancel is not None and self.cancel.is_set())


def generate(
    loaded: LoadedChatModel,
    prompt: str,
    settings: GenerationSettings,
    outcome: GenerationOutcome,
    cancel: threading.Event | None = None,
) -> Iterator[str]:
    """The pieces of the answer as they are generated; ``outcome`` is filled in at the end.

    Closing the iterator stops the model at its next token; so does ``cancel``, from any thread.

    Raises:
        PredictionError: the prompt is longer than the model's context, or the time is over.
    """
    ids = loaded.tokenizer(prompt, return_tensors="pt", add_special_tokens=False)["input_ids"]
    outcome.input_tokens = int(ids.shape[1])
    budget = _token_budget(loaded, outcome.input_tokens, settings.max_tokens)
    cancellation = _Cancellation(outcome.input_tokens, settings.timeout, cancel)
    run = _GenerationRun(loaded, ids, settings, budget, cancellation)
    thread = threading.Thread(target=run.run, daemon=True)
    thread.start()
    try:
        yield from _until_stop(run.streamer, settings.stop, outcome)
    finally:
        cancellation.reader_gone.set()
        thread.join()
    outcome.output_tokens = cancellation.output_tokens
    run.raise_errors()
    if outcome.output_tokens >= budget and outcome.finish_reason == "stop":
        outcome.finish_reason = "length"


def _token_budget(loaded: LoadedChatModel, input_tokens: int, max_tokens: int) -> int:
    available = loaded.context - input_tokens
    if available < 1:
        raise PredictionError(
            f"The conversation has {input_tokens:,} tokens; the model reads {loaded.context:,}.",
            remedy="Shorten it, summarise its older turns, or choose a model with more context.",
        )
    return min(max_tokens, available)


class _GenerationRun:
    """One answer, generated in a thread of its own; ``streamer`` gives its pieces to the reader."""

    def __init__(
        self,
        loaded: LoadedChatModel,
        ids: Any,
        settings: GenerationSettings,
        budget: int,
        cancellation: _Cancellation,
    ) -> None:
        self.loaded, self.ids, self.settings = loaded, ids, settings
        self.budget, self.cancellation = budget, cancellation
        self.streamer = TextIteratorStreamer(
            loaded.tokenizer, skip_prompt=True, skip_special_tokens=True
        )
        self.error: BaseException | None = None

    def run(self) -> None:
        """Wait for the model and generate; an error is kept for the reader's thread."""
        try:
            if not self._acquire():
                self.streamer.end()
                return
            try:
                with torch.inference_mode():
                    self._generate()
            finally:
                self.loaded.lock.release()
        except BaseException as error:
            self.error = error
            self.streamer.end()

    def raise_errors(self) -> None:
        """Raise the error of the thread, or that the time was over."""
        if self.error is not None:
            raise self.error
        if self.cancellation.timed_out:
            raise PredictionError(
                f"The answer took longer than {self.settings.timeout:g} seconds.",
                remedy="Allow a longer timeout, or fewer max_tokens.",
            )

    def _acquire(self) -> bool:
        """Wait for the model as long as the answer is wanted; whether its lock is held now."""
        while not self.cancellation.is_set():
            if self.loaded.lock.acquire(timeout=LOCK_POLL_SECONDS):
                return True
        return False

    def _generate(self) -> None:
        loaded, settings = self.loaded, self.settings
        if settings.seed is not None:
            torch.manual_seed(settings.seed)
        options: dict[str, Any] = {
            "max_new_tokens": self.budget,
            "do_sample": settings.temperature > 0,
            "eos_token_id": loaded.stop_ids,
            "pad_token_id": loaded.tokenizer.pad_token_id or loaded.stop_ids[0],
        }
        if settings.temperature > 0:
            options.update(temperature=settings.temperature, top_p=settings.top_p)
        ids = self.ids.to(loaded.model.device)
        loaded.model.generate(
            ids,
            attention_mask=torch.ones_like(ids),
            generation_config=GenerationConfig(**options),
            logits_processor=LogitsProcessorList(self._constraints()),
            stopping_criteria=StoppingCriteriaList([self.cancellation]),
            streamer=self.streamer,
        )

    def _constraints(self) -> list[ConstrainedDecoding]:
        if not self.settings.grammar:
            return []
        loaded = self.loaded
        vocab_size = int(loaded.model.config.get_text_config().vocab_size)
        limits = ConstraintLimits(
            prompt_tokens=int(self.ids.shape[1]),
            close_after=max(self.budget - CLOSING_TOKENS, self.budget // 2),
            stop_ids=loaded.stop_ids,
        )
        return [ConstrainedDecoding(loaded.tokenizer, vocab_size, self.settings.grammar, limits)]


def _until_stop(
    pieces: Iterator[str], stop: Sequence[str], outcome: GenerationOutcome
) -> Iterator[str]:
    """The pieces up to the first stop sequence; what may be the start of one is held back."""
    buffer, longest = "", max(map(len, stop), default=0)
    for piece in pieces:
        buffer += piece
        end = min((at for sequence in stop if (at := buffer.find(sequence)) >= 0), default=-1)
        if end >= 0:
            outcome.finish_reason = "stop_word"
            if buffer[:end]:
                yield buffer[:end]
            return
        safe = len(buffer) - max(longest - 1, 0)
        if safe > 0:
            yield buffer[:safe]
            buffer = buffer[safe:]
    if buffer:
        yield buffer

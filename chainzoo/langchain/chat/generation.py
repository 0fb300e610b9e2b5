"""Tokens out of a model, one by one, that can be stopped at any time."""

from __future__ import annotations

import threading
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
from chainzoo.langchain.chat.constraints import ConstrainedDecoding
from chainzoo.langchain.chat.loading import LoadedChatModel

PATIENCE = 0.2  # Seconds between looks at whether a waiting answer is still wanted.
ROOM_TO_CLOSE = 48  # Tokens kept for closing what a grammar has open.


@dataclass(frozen=True, slots=True)
class GenerationSettings:
    """How to generate. At temperature 0 the likeliest token is taken."""

    max_tokens: int
    temperature: float
    top_p: float
    seed: int | None
    stop: tuple[str, ...]
    grammar: str | None


@dataclass(slots=True)
class GenerationOutcome:
    """What came of it: filled in when the last piece has been given."""

    input_tokens: int = 0
    output_tokens: int = 0
    finish_reason: str = "stop"


class _Wish(StoppingCriteria):
    """Stops when nobody listens any more; counts tokens."""

    def __init__(self, prompt: int, told: threading.Event | None = None) -> None:
        self.over = threading.Event()
        self.told = told  # Another's, which is never set here.
        self.prompt = prompt
        self.made = 0

    def __call__(self, input_ids: torch.Tensor, scores: Any, **options: Any) -> torch.Tensor:
        self.made = input_ids.shape[1] - self.prompt
        return torch.full((input_ids.shape[0],), self.is_over(), device=input_ids.device)

    def is_over(self) -> bool:
        """Whether nobody wants more."""
        return self.over.is_set() or (self.told is not None and self.told.is_set())


def generate(
    loaded: LoadedChatModel,
    prompt: str,
    settings: GenerationSettings,
    outcome: GenerationOutcome,
    over: threading.Event | None = None,
) -> Iterator[str]:
    """Pieces of the answer as they come; ``outcome`` is filled in at the end.

    Closing the iterator stops the model at its next token; so does ``over``, from any thread.

    Raises:
        PredictionError: the conversation is longer than the model's context.
    """
    ids = loaded.tokenizer(prompt, return_tensors="pt", add_special_tokens=False)["input_ids"]
    outcome.input_tokens = int(ids.shape[1])
    room = loaded.context - outcome.input_tokens
    if room < 1:
        raise PredictionError(
            f"The conversation has {outcome.input_tokens:,} tokens; the model reads"
            f" {loaded.context:,}.",
            remedy="Shorten it, summarise its older turns, or choose a model with more context.",
        )
    budget = min(settings.max_tokens, room)
    streamer = TextIteratorStreamer(loaded.tokenizer, skip_prompt=True, skip_special_tokens=True)
    wish = _Wish(outcome.input_tokens, over)
    failed: list[BaseException] = []

    def work() -> None:
        try:
            if _is_ours(loaded, wish):
                try:
                    with torch.inference_mode():
                        _run(loaded, ids, settings, budget, streamer, wish)
                finally:
                    loaded.lock.release()
            else:
                streamer.end()
        except BaseException as error:  # Told to whoever reads, in their own thread.
            failed.append(error)
            streamer.end()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield from _until_stop(streamer, settings.stop, outcome)
    finally:
        wish.over.set()
        thread.join()
    outcome.output_tokens = wish.made
    if failed:
        raise failed[0]
    if wish.made >= budget and outcome.finish_reason == "stop":
        outcome.finish_reason = "length"


def _is_ours(loaded: LoadedChatModel, wish: _Wish) -> bool:
    """Wait for the model as long as somebody wants the answer."""
    while not wish.is_over():
        if loaded.lock.acquire(timeout=PATIENCE):
            return True
    return False


def _run(
    loaded: LoadedChatModel,
    ids: Any,
    settings: GenerationSettings,
    budget: int,
    streamer: Any,
    wish: _Wish,
) -> None:
    if settings.seed is not None:
        torch.manual_seed(settings.seed)
    size = int(loaded.model.config.get_text_config().vocab_size)
    constraint = []
    if settings.grammar:
        prompt, hurry = int(ids.shape[1]), max(budget - ROOM_TO_CLOSE, budget // 2)
        rule = ConstrainedDecoding(
            loaded.tokenizer, size, settings.grammar, prompt, hurry, loaded.stops
        )
        constraint = [rule]
    drawn = settings.temperature > 0
    options: dict[str, Any] = {
        "max_new_tokens": budget,
        "do_sample": drawn,
        "eos_token_id": loaded.stops,
        "pad_token_id": loaded.tokenizer.pad_token_id or loaded.stops[0],
    }
    if drawn:
        options.update(temperature=settings.temperature, top_p=settings.top_p)
    ids = ids.to(loaded.model.device)
    loaded.model.generate(
        ids,
        attention_mask=torch.ones_like(ids),
        generation_config=GenerationConfig(**options),
        logits_processor=LogitsProcessorList(constraint),
        stopping_criteria=StoppingCriteriaList([wish]),
        streamer=streamer,
    )


def _until_stop(
    pieces: Iterator[str], stops: Sequence[str], outcome: GenerationOutcome
) -> Iterator[str]:
    """The pieces up to the first stop word, which is held back until it cannot be one."""
    held, longest = "", max(map(len, stops), default=0)
    for piece in pieces:
        held += piece
        at = min((found for stop in stops if (found := held.find(stop)) >= 0), default=-1)
        if at >= 0:
            outcome.finish_reason = "stop_word"
            if held[:at]:
                yield held[:at]
            return
        safe = len(held) - max(longest - 1, 0)
        if safe > 0:
            yield held[:safe]
            held = held[safe:]
    if held:
        yield held

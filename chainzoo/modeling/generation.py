"""Generate texts with a ``GenerativeModel``: many at once, or one as a stream."""

from __future__ import annotations

import copy
import threading
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor

from chainzoo.modeling.batches import pad, sorted_batches
from chainzoo.modeling.generative_model import GenerativeModel
from chainzoo.modeling.settings import GenerationOptions

BATCH_TOKENS = 16_384  # Of prompts and answers together, times the beams.
DEFAULT_TOP_K = 50  # That of transformers; it has no effect without sampling.


def generation_config(
    model: GenerativeModel,
    tokenizer: Any,
    options: GenerationOptions,
    max_new_tokens: int,
    forced_token: int | None = None,
) -> Any:
    """The model's own ``GenerationConfig`` with ``options``.

    ``max_new_tokens`` holds where the options have no limit. ``forced_token`` is the id that a text
    begins with, such as that of a language.
    """
    config = copy.deepcopy(model.encoder.generation_config)
    declared = config.eos_token_id
    ends = declared if isinstance(declared, list) else [declared]
    stops = sorted({int(i) for i in (*ends, tokenizer.eos_token_id) if i is not None})
    samples = options.temperature > 0
    values = {
        "max_length": None,
        "min_length": 0,
        "max_new_tokens": options.max_new_tokens or max_new_tokens,
        "min_new_tokens": options.min_new_tokens or None,
        "num_beams": options.num_beams,
        "early_stopping": options.num_beams > 1,
        "length_penalty": options.length_penalty,
        "no_repeat_ngram_size": options.no_repeat_ngram_size,
        "do_sample": samples,
        "temperature": options.temperature if samples else 1.0,
        "top_p": options.top_p if samples else 1.0,
        "top_k": 0 if samples else DEFAULT_TOP_K,
        "eos_token_id": stops or None,
        "pad_token_id": _pad_id(tokenizer, config, stops),
        "use_cache": True,
    }
    if forced_token is not None:
        values["forced_bos_token_id"] = forced_token
    for name, value in values.items():
        setattr(config, name, value)
    return config


def generate(
    model: GenerativeModel,
    tokenizer: Any,
    prompts: Sequence[Sequence[int]],
    config: Any,
    seed: int,
) -> list[str]:
    """One text for each prompt of token ids, in their order."""
    texts = [""] * len(prompts)
    lengths = [len(prompt) + config.max_new_tokens for prompt in prompts]
    for rows in sorted_batches(lengths, BATCH_TOKENS // max(config.num_beams, 1)):
        batch = _pad_prompts(model, [prompts[row] for row in rows], config.pad_token_id)
        with torch.inference_mode():
            torch.manual_seed(seed)
            ids = model.encoder.generate(**batch, generation_config=config)
        generated = ids if model.is_seq2seq else ids[:, batch["input_ids"].shape[1] :]
        decoded = tokenizer.batch_decode(generated, skip_special_tokens=True)
        for row, text in zip(rows, decoded, strict=True):
            texts[row] = text.strip()
    return texts


def stream(
    model: GenerativeModel, tokenizer: Any, prompt: Sequence[int], config: Any, seed: int
) -> Iterator[str]:
    """The pieces of one text as they are generated; closing the iterator stops the model.

    With beam search the text is one piece, because the best beam is known at the end.
    """
    if config.num_beams > 1:
        yield from generate(model, tokenizer, [prompt], config, seed)
        return
    from transformers import TextIteratorStreamer

    streamer = TextIteratorStreamer(
        tokenizer, skip_prompt=not model.is_seq2seq, skip_special_tokens=True
    )
    worker = _GenerationThread(model, prompt, config, seed, streamer)
    worker.start()
    try:
        for piece in streamer:
            if piece:
                yield piece
    finally:
        worker.cancelled.set()
        worker.join()
    if worker.error is not None:
        raise worker.error


class _GenerationThread(threading.Thread):
    """Generate one text into a streamer; ``cancelled`` stops it at the next token."""

    def __init__(
        self,
        model: GenerativeModel,
        prompt: Sequence[int],
        config: Any,
        seed: int,
        streamer: Any,
    ) -> None:
        super().__init__(daemon=True)
        self._model, self._prompt, self._config, self._seed = model, prompt, config, seed
        self._streamer = streamer
        self.cancelled = threading.Event()
        self.error: BaseException | None = None

    def run(self) -> None:
        """Generate; an error is kept for the thread that reads the stream."""
        from transformers import StoppingCriteriaList

        try:
            ids = torch.tensor([list(self._prompt)], device=_device(self._model))
            with torch.inference_mode():
                torch.manual_seed(self._seed)
                self._model.encoder.generate(
                    input_ids=ids,
                    attention_mask=torch.ones_like(ids),
                    generation_config=self._config,
                    streamer=self._streamer,
                    stopping_criteria=StoppingCriteriaList([self._should_stop]),
                )
        except BaseException as error:
            self.error = error
            self._streamer.end()

    def _should_stop(self, ids: Tensor, scores: Any, **options: Any) -> Tensor:
        return torch.full((len(ids),), self.cancelled.is_set(), device=ids.device)


def _pad_prompts(
    model: GenerativeModel, prompts: Sequence[Sequence[int]], pad_id: int
) -> dict[str, Tensor]:
    """Prompts as tensors; a decoder continues the last id, so its padding comes first."""
    if model.is_seq2seq:
        batch = pad(prompts, pad_id)
    else:
        reversed_ = pad([list(prompt)[::-1] for prompt in prompts], pad_id)
        batch = {name: value.flip(1) for name, value in reversed_.items()}
    device = _device(model)
    return {name: value.to(device) for name, value in batch.items()}


def _device(model: GenerativeModel) -> torch.device:
    return next(model.parameters()).device


def _pad_id(tokenizer: Any, config: Any, stops: Sequence[int]) -> int:
    ids = (tokenizer.pad_token_id, config.pad_token_id, *stops, 0)
    return int(next(token for token in ids if token is not None))

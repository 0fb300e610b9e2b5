"""Models that write: their loss on true texts, and the texts that they write themselves.

Both kinds, encoder-decoder (T5, BART, Marian) and decoder only, through the same names.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from chainzoo.modeling.settings import GenerationOptions, ModelSettings

BATCH_TOKENS = 16_384  # Of prompts and answers together, times the beams.


class GenerativeModel(nn.Module):
    """``encoder`` is the whole language model; ``head`` its output layer where that alone is learnt."""

    def __init__(self, model: Any, settings: ModelSettings) -> None:
        super().__init__()
        self.encoder = model
        self.smoothing = settings.label_smoothing
        self.seq2seq = bool(model.config.is_encoder_decoder)
        self.head: nn.Module = nn.Identity()
        if settings.method == "head":
            self.head = copy.deepcopy(model.get_output_embeddings())  # No longer the embeddings'.
            model.config.tie_word_embeddings = False
            model.set_output_embeddings(self.head)

    def forward(
        self,
        input_ids: Tensor,
        attention_mask: Tensor | None = None,
        labels: Tensor | None = None,
        position_ids: Tensor | None = None,
    ) -> dict[str, Tensor]:
        """``loss``, the mean over the tokens that have a target; ``nll`` and ``tokens`` of each row."""
        assert labels is not None, "what is written is asked of `write`"
        if self.seq2seq:
            out = self.encoder(
                input_ids=input_ids, attention_mask=attention_mask, labels=labels, use_cache=False
            )
            return self._losses(out.logits, labels)
        target = labels[:, 1:]
        # Logits over a whole vocabulary cost more than the model: only those with a target.
        kept = (target != -100).any(dim=0).nonzero().squeeze(1)
        places = {} if position_ids is None else {"position_ids": position_ids}
        out = self.encoder(
            input_ids=input_ids,
            attention_mask=attention_mask,
            logits_to_keep=kept,
            use_cache=False,
            **places,
        )
        return self._losses(out.logits, target[:, kept])

    def _losses(self, logits: Tensor, target: Tensor) -> dict[str, Tensor]:
        rows, size = target.shape
        flat, wanted = logits.float().reshape(rows * size, -1), target.reshape(-1)
        each = functional.cross_entropy(flat, wanted, reduction="none", ignore_index=-100)
        counted = (target != -100).sum(dim=1)
        nll = each.view(rows, size).sum(dim=1)
        if self.training and self.smoothing:
            loss = functional.cross_entropy(
                flat, wanted, ignore_index=-100, label_smoothing=self.smoothing
            )
        else:
            loss = nll.sum() / counted.sum().clamp(min=1)
        return {"loss": loss, "nll": nll.detach(), "tokens": counted}


def write(
    writer: Any,
    tokenizer: Any,
    prompts: Sequence[Sequence[int]],
    options: GenerationOptions,
    longest: int,
    forced: int | None = None,
) -> list[str]:
    """What the model writes after each prompt, at most ``longest`` tokens, in their order.

    ``forced`` is the id of the token that an answer begins with, such as that of a language.
    """
    from chainzoo.modeling.batches import pad

    place = next(writer.parameters()).device
    config = _config(writer, tokenizer, options, longest, forced)
    order = sorted(range(len(prompts)), key=lambda at: -len(prompts[at]))
    written = [""] * len(prompts)
    for rows in _batches([len(prompts[at]) for at in order], longest, options.num_beams):
        chosen = [order[row] for row in rows]
        ids = [list(prompts[at]) for at in chosen]
        batch = pad(ids if writer.seq2seq else [row[::-1] for row in ids], config.pad_token_id)
        if not writer.seq2seq:  # A decoder goes on from the last id: padding stands before.
            batch = {name: value.flip(1) for name, value in batch.items()}
        with torch.inference_mode():
            torch.manual_seed(options.seed)
            out = writer.encoder.generate(
                **{name: value.to(place) for name, value in batch.items()},
                generation_config=config,
            )
        made = out if writer.seq2seq else out[:, batch["input_ids"].shape[1] :]
        texts = tokenizer.batch_decode(made, skip_special_tokens=True)
        for at, text in zip(chosen, texts, strict=True):
            written[at] = text.strip()
    return written


def stream(
    writer: Any,
    tokenizer: Any,
    prompt: Sequence[int],
    options: GenerationOptions,
    longest: int,
    forced: int | None = None,
) -> Iterator[str]:
    """The pieces of one answer as they are written; closing it stops the model at its next token.

    With beams the answer comes as one piece: which beam it is shows at the end.
    """
    if options.num_beams > 1:
        yield from write(writer, tokenizer, [prompt], options, longest, forced)
        return
    from transformers import StoppingCriteriaList, TextIteratorStreamer

    place = next(writer.parameters()).device
    streamer = TextIteratorStreamer(
        tokenizer, skip_prompt=not writer.seq2seq, skip_special_tokens=True
    )
    over, failed = threading.Event(), []

    def stop(ids: Tensor, scores: Any, **more: Any) -> Tensor:
        return torch.full((len(ids),), over.is_set(), device=ids.device)

    def work() -> None:
        try:
            ids = torch.tensor([list(prompt)], device=place)
            with torch.inference_mode():
                torch.manual_seed(options.seed)
                writer.encoder.generate(
                    input_ids=ids,
                    attention_mask=torch.ones_like(ids),
                    generation_config=_config(writer, tokenizer, options, longest, forced),
                    streamer=streamer,
                    stopping_criteria=StoppingCriteriaList([stop]),
                )
        except BaseException as error:  # Told to whoever reads, in their own thread.
            failed.append(error)
            streamer.end()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        for piece in streamer:
            if piece:
                yield piece
    finally:
        over.set()
        thread.join()
    if failed:
        raise failed[0]


def _config(
    writer: Any, tokenizer: Any, options: GenerationOptions, longest: int, forced: int | None
) -> Any:
    """The model's own settings of generation (its start, end and forced tokens), and ours."""
    config = copy.deepcopy(writer.encoder.generation_config)
    ends = config.eos_token_id
    known = ends if isinstance(ends, list) else [ends]
    stops = sorted({int(i) for i in (*known, tokenizer.eos_token_id) if i is not None})
    drawn = options.temperature > 0
    values = {
        "max_length": None,
        "min_length": 0,
        "max_new_tokens": options.max_new_tokens or longest,
        "min_new_tokens": options.min_new_tokens or None,
        "num_beams": options.num_beams,
        "early_stopping": options.num_beams > 1,
        "length_penalty": options.length_penalty,
        "no_repeat_ngram_size": options.no_repeat_ngram_size,
        "do_sample": drawn,
        "temperature": options.temperature if drawn else 1.0,
        "top_p": options.top_p if drawn else 1.0,
        "top_k": 0 if drawn else 50,
        "eos_token_id": stops or None,
        "pad_token_id": _pad(tokenizer, config, stops),
        "use_cache": True,
    }
    if forced is not None:
        values["forced_bos_token_id"] = forced
    for name, value in values.items():
        setattr(config, name, value)
    return config


def _pad(tokenizer: Any, config: Any, stops: Sequence[int]) -> int:
    for found in (tokenizer.pad_token_id, config.pad_token_id, *stops):
        if found is not None:
            return int(found)
    return 0


def _batches(lengths: Sequence[int], longest: int, beams: int) -> Iterator[list[int]]:
    """Rows, the longest first, as many at once as fit."""
    batch: list[int] = []
    widest = 0
    for row, length in enumerate(lengths):
        widest = max(widest, length)
        if batch and (widest + longest) * (len(batch) + 1) * max(beams, 1) > BATCH_TOKENS:
            yield batch
            batch, widest = [], length
        batch.append(row)
    if batch:
        yield batch

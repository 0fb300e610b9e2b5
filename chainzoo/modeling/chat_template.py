"""Encode conversations by a model's chat template, with a loss on the assistant's turns only.

A template does not say where a turn is in the rendered text. So the conversation is rendered up to
each of its turns; what a turn adds is its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chainzoo.data.examples import Turn
from chainzoo.modeling.features import IGNORED

# For a model without a template: names and line breaks that every vocabulary has, and answers that
# end with the model's own end of text, so that it learns to stop.
DEFAULT_TEMPLATE = (
    "{% for message in messages %}{{ message['role'] | capitalize }}: {{ message['content'] }}"
    "{% if message['role'] == 'assistant' %}{{ eos_token }}{% endif %}\n{% endfor %}"
    "{% if add_generation_prompt %}Assistant:{% endif %}"
)

MaskedIds = tuple[tuple[int, ...], tuple[int, ...]]
"""Token ids, and for each its own id as the target or ``IGNORED``."""


def ensure_chat_template(tokenizer: Any) -> Any:
    """Give a tokenizer without a chat template a plain one; return the tokenizer."""
    if not tokenizer.chat_template:
        tokenizer.chat_template = DEFAULT_TEMPLATE
    return tokenizer


def render(turns: Sequence[Turn], tokenizer: Any, *, add_generation_prompt: bool) -> str:
    """The text of a conversation, optionally up to where the assistant's next turn begins."""
    messages = [{"role": turn.role, "content": turn.text} for turn in turns]
    text = tokenizer.apply_chat_template(
        messages, add_generation_prompt=add_generation_prompt, tokenize=False
    )
    return str(text)


def prompt_ids(turns: Sequence[Turn], tokenizer: Any, max_ids: int) -> tuple[int, ...]:
    """The ids that the model continues: of the system's and the newest turns, at most ``max_ids``.

    A single turn that is too long is cut in its middle, so that the template's ends remain.
    """
    kept = list(turns)
    while True:
        text = render(kept, tokenizer, add_generation_prompt=True)
        ids = tuple(tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"])
        if len(ids) <= max_ids:
            return ids
        oldest = next((at for at, turn in enumerate(kept[:-1]) if turn.role != "system"), None)
        if oldest is None:
            return _cut_middle(ids, max_ids)
        del kept[oldest]


def _cut_middle(ids: tuple[int, ...], max_ids: int) -> tuple[int, ...]:
    head = max_ids // 2
    return (*ids[:head], *ids[len(ids) - (max_ids - head) :])


def loss_mask(turns: Sequence[Turn], tokenizer: Any, max_ids: int) -> list[MaskedIds]:
    """Token ids and targets of a conversation, in pieces of at most ``max_ids`` ids.

    Each piece begins with a turn of the user. Each trained answer is a target once, after as much of
    the conversation before it as fits. A piece without a trained answer is left out.
    """
    if not any(turn.role == "assistant" and turn.trained for turn in turns):
        return []
    complete = _encode(turns, tokenizer)
    if complete is not None and len(complete[0]) <= max_ids:
        return [complete]
    answers = [at for at, turn in enumerate(turns) if turn.role == "assistant"]
    if len(answers) == 1:
        return [_shorten(complete or _encode_last_turn(turns, tokenizer), max_ids)]
    middle = answers[len(answers) // 2 - 1] + 1
    system = [turn for turn in turns[:1] if turn.role == "system"]
    first, second = list(turns[:middle]), [*system, *turns[middle:]]
    return [*loss_mask(first, tokenizer, max_ids), *loss_mask(second, tokenizer, max_ids)]


def _encode(turns: Sequence[Turn], tokenizer: Any) -> MaskedIds | None:
    """Encode a conversation with all trained answers as targets.

    ``None`` where the template renders a turn in another way once others follow it.
    """
    text = render(turns, tokenizer, add_generation_prompt=False)
    ranges = []
    for at, turn in enumerate(turns):
        if turn.role != "assistant" or not turn.trained:
            continue
        before = render(turns[:at], tokenizer, add_generation_prompt=True)
        after = render(turns[: at + 1], tokenizer, add_generation_prompt=False)
        if not (text.startswith(before) and text.startswith(after)):
            return None
        ranges.append((len(before), len(after)))
    return _mask(text, ranges, tokenizer)


def _encode_last_turn(turns: Sequence[Turn], tokenizer: Any) -> MaskedIds:
    """The last turn is the target, from where its rendering differs from the prompt's."""
    before = render(turns[:-1], tokenizer, add_generation_prompt=True)
    text = render(turns, tokenizer, add_generation_prompt=False)
    common = 0
    while common < min(len(before), len(text)) and before[common] == text[common]:
        common += 1
    return _mask(text, [(common, len(text))], tokenizer)


def _mask(text: str, ranges: Sequence[tuple[int, int]], tokenizer: Any) -> MaskedIds:
    """The ids of a text; those within the character ranges, in order, are targets."""
    coded = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
    ids, targets = tuple(coded["input_ids"]), []
    remaining = list(ranges)
    for token, (start, end) in zip(ids, coded["offset_mapping"], strict=True):
        while remaining and start >= remaining[0][1]:
            remaining.pop(0)
        is_target = remaining and remaining[0][0] <= start and end > start
        targets.append(token if is_target else IGNORED)
    return ids, tuple(targets)


def _shorten(masked: MaskedIds, max_ids: int) -> MaskedIds:
    """The end of the prompt and the beginning of the answer, each with up to half of the room."""
    ids, targets = masked
    if len(ids) <= max_ids:
        return masked
    answer_start = next((at for at, token in enumerate(targets) if token != IGNORED), len(ids))
    length = min(len(ids) - answer_start, max(max_ids // 2, max_ids - answer_start))
    start = max(0, answer_start - (max_ids - length))
    end = answer_start + length
    return ids[start:end], targets[start:end]

"""Conversations as token ids by a model's chat template, and which of them the model has to learn.

Only what the assistant says is learnt. A template need not tell where that is: the conversation is
rendered up to each of its turns, and what a turn adds is the assistant's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chainzoo.data.examples import Turn

# For a model without a template: names and line breaks that every vocabulary has, and an answer
# that ends with the model's own end of text, so that it learns to stop.
TEMPLATE = (
    "{% for message in messages %}{{ message['role'] | capitalize }}: {{ message['content'] }}"
    "{% if message['role'] == 'assistant' %}{{ eos_token }}{% endif %}\n{% endfor %}"
    "{% if add_generation_prompt %}Assistant:{% endif %}"
)

Learnt = tuple[tuple[int, ...], tuple[int, ...]]  # Token ids, and the same or -100 as targets.


def with_template(tokenizer: Any) -> Any:
    """The tokenizer, with a plain template where it has none."""
    if not tokenizer.chat_template:
        tokenizer.chat_template = TEMPLATE
    return tokenizer


def rendered(turns: Sequence[Turn], tokenizer: Any, *, ask: bool) -> str:
    """The text of a conversation; with ``ask``, up to where the assistant is to go on."""
    messages = [{"role": turn.role, "content": turn.text} for turn in turns]
    text = tokenizer.apply_chat_template(messages, add_generation_prompt=ask, tokenize=False)
    return str(text)


def prompt_ids(turns: Sequence[Turn], tokenizer: Any, most: int) -> tuple[int, ...]:
    """What the model goes on from: the newest turns that fit into ``most`` ids, and the system's."""
    kept = list(turns)
    while True:
        text = rendered(kept, tokenizer, ask=True)
        ids = tuple(tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"])
        older = next((at for at, turn in enumerate(kept[:-1]) if turn.role != "system"), None)
        if len(ids) <= most:
            return ids
        if older is None:  # One turn is left: its end is what was asked last.
            return _cut_middle(ids, most)
        del kept[older]


def _cut_middle(ids: tuple[int, ...], most: int) -> tuple[int, ...]:
    """The template's beginning and end stay; what is said is shortened between them."""
    head = most // 2
    return (*ids[:head], *ids[len(ids) - (most - head) :])


def loss_mask(turns: Sequence[Turn], tokenizer: Any, most: int) -> list[Learnt]:
    """Token ids and targets, in pieces of at most ``most`` ids that each begin with a user's turn.

    Each trained answer is learnt once, after as much of what was said before as fits. A piece
    without one is left out.
    """
    if not any(turn.role == "assistant" and turn.trained for turn in turns):
        return []
    whole = _coded(turns, tokenizer)
    if whole is not None and len(whole[0]) <= most:
        return [whole]
    answers = [at for at, turn in enumerate(turns) if turn.role == "assistant"]
    if len(answers) == 1:
        coded = whole or _one_answer(turns, tokenizer)
        return [_shortened(coded, most)]
    middle = answers[len(answers) // 2 - 1] + 1
    system = [turn for turn in turns[:1] if turn.role == "system"]
    first, second = list(turns[:middle]), [*system, *turns[middle:]]
    return [*loss_mask(first, tokenizer, most), *loss_mask(second, tokenizer, most)]


def _coded(turns: Sequence[Turn], tokenizer: Any) -> Learnt | None:
    """``None`` where the template writes a turn in another way once others follow it."""
    text = rendered(turns, tokenizer, ask=False)
    ranges = []
    for at, turn in enumerate(turns):
        if turn.role != "assistant" or not turn.trained:
            continue
        before = rendered(turns[:at], tokenizer, ask=True)
        after = rendered(turns[: at + 1], tokenizer, ask=False)
        if not (text.startswith(before) and text.startswith(after)):
            return None
        ranges.append((len(before), len(after)))
    return _masked(text, ranges, tokenizer)


def _one_answer(turns: Sequence[Turn], tokenizer: Any) -> Learnt:
    """The last turn alone is learnt, from where its rendering leaves what was asked."""
    before = rendered(turns[:-1], tokenizer, ask=True)
    text = rendered(turns, tokenizer, ask=False)
    same = 0
    while same < min(len(before), len(text)) and before[same] == text[same]:
        same += 1
    return _masked(text, [(same, len(text))], tokenizer)


def _masked(text: str, ranges: Sequence[tuple[int, int]], tokenizer: Any) -> Learnt:
    coded = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
    ids, target = tuple(coded["input_ids"]), []
    rest = list(ranges)
    for token, (start, end) in zip(ids, coded["offset_mapping"], strict=True):
        while rest and start >= rest[0][1]:
            rest.pop(0)
        target.append(token if rest and rest[0][0] <= start and end > start else -100)
    return ids, tuple(target)


def _shortened(coded: Learnt, most: int) -> Learnt:
    """The end of what was asked and the beginning of the answer, each with half of the room."""
    ids, target = coded
    if len(ids) <= most:
        return coded
    begun = next((at for at, token in enumerate(target) if token != -100), len(ids))
    answer = min(len(ids) - begun, max(most // 2, most - begun))
    start = max(0, begun - (most - answer))
    return ids[start : begun + answer], target[start : begun + answer]

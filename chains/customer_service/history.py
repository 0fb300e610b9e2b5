"""Past conversations as training data, masked and without duplicates."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from chains.customer_service.privacy import find_personal_data, mask_spans, masked_offset
from chainzoo import group_duplicates


@dataclass(frozen=True, slots=True)
class Utterance:
    """A message of a customer, with its intent, the reply it got, and (start, end, label) spans."""

    text: str
    intent: str | None = None
    reply: str | None = None
    entities: tuple[tuple[int, int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class History:
    """Utterances without duplicates, and numbers of what was left out and masked.

    ``masked`` counts personal data by kind; ``reply_counts`` are the customers who got each reply,
    or nearly the same one.
    """

    utterances: tuple[Utterance, ...]
    rows: int = 0
    duplicates: int = 0
    contradictions: int = 0
    masked: Mapping[str, int] = field(default_factory=dict)
    reply_counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def labelled(self) -> list[Utterance]:
        """The utterances that have an intent."""
        return [u for u in self.utterances if u.intent]

    def replied(self, min_customers: int) -> list[tuple[str, str]]:
        """Return (question, reply) pairs whose reply at least ``min_customers`` customers got.

        A reply that one customer got may be about that customer's own order. A reply in which
        something was masked is about one customer as well.
        """
        return [
            (u.text, u.reply)
            for u in self.utterances
            if u.reply and "[" not in u.reply and self.reply_counts.get(u.reply, 0) >= min_customers
        ]


def clean_history(utterances: Sequence[Utterance], *, mask: bool = True) -> History:
    """Mask personal data, and drop duplicates: nearly the same text with the same intent.

    A text that occurs with two intents is dropped altogether.
    """
    masked: Counter[str] = Counter()
    clean = [_mask_utterance(u, masked) if mask else u for u in utterances]
    groups: dict[int, list[Utterance]] = defaultdict(list)
    group_of: Sequence[int] = group_duplicates([u.text for u in clean]).tolist() if clean else []
    for utterance, group in zip(clean, group_of, strict=True):
        groups[int(group)].append(utterance)
    kept: list[Utterance] = []
    contradictions = 0
    for group_members in groups.values():
        if _is_contradiction(group_members):
            contradictions += 1
        else:
            kept += _first_of_each_intent(group_members)
    return History(
        tuple(kept),
        len(utterances),
        len(clean) - len(kept),
        contradictions,
        dict(masked),
        _count_replies(clean),
    )


def _is_contradiction(utterances: Sequence[Utterance]) -> bool:
    intents = {u.intent for u in utterances if u.intent}
    return len(intents) > 1 and len({u.text for u in utterances}) == 1


def _first_of_each_intent(utterances: Sequence[Utterance]) -> list[Utterance]:
    """Return the first utterance of each intent, with the first reply that any of them got."""
    first: dict[str | None, Utterance] = {}
    for utterance in utterances:
        known = first.setdefault(utterance.intent, utterance)
        if known.reply is None and utterance.reply:
            first[utterance.intent] = replace(known, reply=utterance.reply)
    return list(first.values())


def _count_replies(utterances: Sequence[Utterance]) -> dict[str, int]:
    replies = [u.reply for u in utterances if u.reply]
    groups: Sequence[int] = group_duplicates(replies).tolist() if replies else []
    counts = Counter(groups)
    return {reply: counts[group] for reply, group in zip(replies, groups, strict=True)}


def _mask_utterance(utterance: Utterance, masked: Counter[str]) -> Utterance:
    spans = find_personal_data(utterance.text)
    masked.update(span.kind for span in spans)
    reply = utterance.reply
    if reply:
        reply_spans = find_personal_data(reply)
        masked.update(span.kind for span in reply_spans)
        reply = mask_spans(reply, reply_spans)
    shifted = (
        (masked_offset(start, spans), masked_offset(end, spans), label)
        for start, end, label in utterance.entities
    )
    entities = tuple(entity for entity in shifted if entity[1] > entity[0])
    return Utterance(mask_spans(utterance.text, spans), utterance.intent, reply, entities)

"""Past conversations as material: labelled utterances, and questions with the replies they got.

Read are tables with a text column and any of: ``intent``, ``reply``, ``entities`` (spans), and
tables of turns with ``conversation``, ``role`` and ``text``. Personal data is masked and duplicates
are dropped before anything else sees a text.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from chains.customer_service.privacy import find_personal_data, mask_found, shifted
from chainzoo import DataError, group_duplicates, read_rows

TEXTS = ("text", "utterance", "message", "question", "instruction", "query", "body", "content")
INTENTS = ("intent", "label", "category", "class")
REPLIES = ("reply", "response", "answer", "agent_reply")
THREADS = ("conversation", "conversation_id", "thread", "dialogue", "session", "ticket")
ROLES = ("role", "speaker", "author", "from")
ENTITIES = ("entities", "spans", "annotations")
CUSTOMERS = ("customer", "user", "client", "visitor", "human")


@dataclass(frozen=True, slots=True)
class Utterance:
    """What a customer wrote, masked, with what is known of it."""

    text: str
    intent: str | None = None
    reply: str | None = None
    entities: tuple[tuple[int, int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class History:
    """Utterances without duplicates, and what was found and left out on the way."""

    utterances: tuple[Utterance, ...]
    rows: int = 0
    duplicates: int = 0
    contradictions: int = 0
    masked: Mapping[str, int] = field(default_factory=dict)
    replies: Mapping[str, int] = field(default_factory=dict)

    @property
    def labelled(self) -> list[Utterance]:
        """Those with an intent."""
        return [u for u in self.utterances if u.intent]

    def pairs(self, support: int) -> list[tuple[str, str]]:
        """Questions with replies that at least ``support`` customers got, nearly word for word.

        A reply that was given once may be about one customer's own order: it answers nobody else.
        A reply in which something was masked answers nobody either.
        """
        return [
            (u.text, u.reply)
            for u in self.utterances
            if u.reply and "[" not in u.reply and self.replies.get(u.reply, 0) >= support
        ]


def read_history(path: str | Path, *, masks: bool = True) -> History:
    """The history in a file.

    Raises:
        DataError: there is no column with texts, or no rows.
    """
    rows = list(read_rows(path))
    if not rows:
        raise DataError("there are no rows in it.", file=path, remedy="Give past messages.")
    columns = list(dict.fromkeys(name for row in rows for name in row))
    text = column(columns, TEXTS)
    if text is None:
        raise DataError(
            f"there is no column with texts; there are {', '.join(columns)}.",
            file=path,
            remedy=f"Name one of them {', '.join(TEXTS[:3])}.",
        )
    thread, role = column(columns, THREADS), column(columns, ROLES)
    found = _turns(rows, text, thread, role) if thread and role else _flat(rows, text, columns)
    return tidy(found, masks=masks)


def column(columns: Iterable[str], names: Sequence[str]) -> str | None:
    """The first of ``names`` that is a column, whatever its case."""
    known = {name.strip().lower(): name for name in columns}
    return next((known[name] for name in names if name in known), None)


def _said(value: Any) -> str | None:
    text = "" if value is None or value != value else str(value).strip()
    return text or None


def _flat(rows: Sequence[Mapping[str, Any]], text: str, columns: list[str]) -> list[Utterance]:
    others = [name for name in columns if name != text]
    intent, reply, spans = (column(others, names) for names in (INTENTS, REPLIES, ENTITIES))
    return [
        Utterance(
            said,
            _said(row.get(intent)) if intent else None,
            _said(row.get(reply)) if reply else None,
            _spans(row.get(spans)) if spans else (),
        )
        for row in rows
        if (said := _said(row.get(text)))
    ]


def _spans(value: Any) -> tuple[tuple[int, int, str], ...]:
    import json

    if isinstance(value, str):
        try:
            value = json.loads(value or "[]")
        except json.JSONDecodeError:
            raise DataError(
                f"{value!r} is not a list of spans.", remedy='Write them as [[0, 4, "city"]].'
            ) from None
    found = []
    for span in value if isinstance(value, list) else []:
        if isinstance(span, Mapping):
            span = (span.get("start"), span.get("end"), span.get("label"))
        found.append((int(span[0]), int(span[1]), str(span[2])))
    return tuple(found)


def _turns(rows: Sequence[Mapping[str, Any]], text: str, thread: str, role: str) -> list[Utterance]:
    """Each message of a customer, with the next message of the other side as its reply."""
    intent = column([name for name in rows[0] if name not in (text, role, thread)], INTENTS)
    talks: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        talks[str(row.get(thread))].append(row)
    found = []
    for talk in talks.values():
        for at, row in enumerate(talk):
            said = _said(row.get(text))
            if not said or not _is_customer(row.get(role)):
                continue
            after = talk[at + 1] if at + 1 < len(talk) else None
            answered = after is not None and not _is_customer(after.get(role))
            reply = _said(after.get(text)) if after is not None and answered else None
            found.append(Utterance(said, _said(row.get(intent)) if intent else None, reply))
    return found


def _is_customer(role: Any) -> bool:
    return str(role).strip().lower() in CUSTOMERS


def tidy(utterances: Sequence[Utterance], *, masks: bool = True) -> History:
    """Masked, without duplicates (the same or nearly the same text with the same intent).

    The same text under two intents teaches nothing: all of it is left out.
    """
    kinds: Counter[str] = Counter()
    clean = [_masked(u, kinds) if masks else u for u in utterances]
    groups: Sequence[int] = group_duplicates([u.text for u in clean]).tolist() if clean else []
    members: dict[int, list[Utterance]] = defaultdict(list)
    for utterance, group in zip(clean, groups, strict=True):
        members[int(group)].append(utterance)
    kept, contradictions = [], 0
    for same in members.values():
        if len({u.intent for u in same if u.intent}) > 1 and len({u.text for u in same}) == 1:
            contradictions += 1
            continue
        first: dict[str | None, Utterance] = {}
        for utterance in same:
            known = first.setdefault(utterance.intent, utterance)
            if known.reply is None and utterance.reply:
                first[utterance.intent] = replace(known, reply=utterance.reply)
        kept += list(first.values())
    dropped = len(clean) - len(kept)
    replies = _customers(clean)
    return History(tuple(kept), len(utterances), dropped, contradictions, dict(kinds), replies)


def _customers(utterances: Sequence[Utterance]) -> dict[str, int]:
    """How many customers got each reply, nearly word for word."""
    replies = [u.reply for u in utterances if u.reply]
    groups: Sequence[int] = group_duplicates(replies).tolist() if replies else []
    counts = Counter(groups)
    return {reply: counts[group] for reply, group in zip(replies, groups, strict=True)}


def _masked(utterance: Utterance, kinds: Counter[str]) -> Utterance:
    found = find_personal_data(utterance.text)
    kinds.update(finding.kind for finding in found)
    reply = utterance.reply
    if reply:
        in_reply = find_personal_data(reply)
        kinds.update(finding.kind for finding in in_reply)
        reply = mask_found(reply, in_reply)
    moved = tuple((shifted(a, found), shifted(b, found), k) for a, b, k in utterance.entities)
    moved = tuple(span for span in moved if span[1] > span[0])
    return Utterance(mask_found(utterance.text, found), utterance.intent, reply, moved)

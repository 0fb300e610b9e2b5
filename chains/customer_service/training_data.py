"""The files that a bot is trained on, and the training set that they become."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from chains.customer_service.config import BotConfig
from chains.customer_service.history import History, Utterance
from chains.customer_service.knowledge import KnowledgeEntry
from chains.customer_service.knowledge_sources import load_faq, load_passages, reply_entries

OUT_OF_SCOPE_LABELS = ("oos", "out_of_scope", "out of scope", "none", "other_domain")
MIN_UTTERANCES = 5  # That an intent needs.
HELD_OUT_SHARE = 0.2
SEED = 13


@dataclass(frozen=True, slots=True)
class BotTrainingData:
    """Files to train a bot on; at least one of ``faq``, ``docs`` and ``history``.

    ``faq`` is a table of questions and answers, ``docs`` are documents or folders of them,
    ``history`` are past messages, ``entities`` are texts with tagged entities.
    """

    faq: Path | None = None
    docs: tuple[Path, ...] = ()
    history: Path | None = None
    entities: Path | None = None


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """What a version of a bot is trained on. ``tagged`` are utterances with tagged entities."""

    entries: Sequence[KnowledgeEntry]
    training: Sequence[Utterance] = ()
    held_out: Sequence[Utterance] = ()
    out_of_scope: Sequence[Utterance] = ()
    tagged: Sequence[Utterance] = ()
    entities: Path | None = None


@dataclass(frozen=True, slots=True)
class IntentSplit:
    """Labelled utterances: to train on, to calibrate on, out of scope, and how many were rare."""

    training: list[Utterance]
    held_out: list[Utterance]
    out_of_scope: list[Utterance]
    rare: int


def load_entries(
    config: BotConfig, data: BotTrainingData, history: History
) -> list[KnowledgeEntry]:
    """Return the knowledge entries of all files."""
    language = config.language
    entries = load_faq(data.faq, language) if data.faq else []
    for path in data.docs:
        entries += load_passages(path, language)
    name = data.history.name if data.history else ""
    pairs = history.replied(config.min_reply_customers)
    return [*entries, *reply_entries(pairs, name, language)]


def split_by_intent(labelled: Sequence[Utterance]) -> IntentSplit:
    """Hold out a share of each intent; rare intents are left out.

    With fewer than two intents, nothing can be trained.
    """
    by_intent: dict[str, list[Utterance]] = defaultdict(list)
    out_of_scope: list[Utterance] = []
    for utterance in labelled:
        intent = str(utterance.intent)
        is_outside = intent.lower() in OUT_OF_SCOPE_LABELS
        (out_of_scope if is_outside else by_intent[intent]).append(utterance)
    training: list[Utterance] = []
    held_out: list[Utterance] = []
    rare = 0
    for utterances in by_intent.values():
        if len(utterances) < MIN_UTTERANCES:
            rare += len(utterances)
            continue
        shuffled = Random(SEED).sample(utterances, len(utterances))
        count = max(1, round(HELD_OUT_SHARE * len(utterances)))
        held_out += shuffled[:count]
        training += shuffled[count:]
    if len({u.intent for u in training}) < 2:
        return IntentSplit([], [], out_of_scope, len(labelled) - len(out_of_scope))
    return IntentSplit(training, held_out, out_of_scope, rare)


def tagged_utterances(history: History) -> list[Utterance]:
    """Return all utterances if entities are tagged in any of them, else none."""
    return list(history.utterances) if any(u.entities for u in history.utterances) else []


def write_utterances(path: Path, utterances: Sequence[Utterance]) -> None:
    """Write texts and intents as JSON Lines."""
    rows = ({"text": u.text, "label": u.intent} for u in utterances)
    lines = (json.dumps(row, ensure_ascii=False) for row in rows)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def read_utterances(path: Path) -> list[Utterance]:
    """Read what ``write_utterances`` has written."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
    return [Utterance(row["text"], row["label"]) for row in rows]

"""Train a bot from files: read, mask, tune, calibrate, index, and publish a version."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from chains.customer_service.config import RERANKER_TASK, BotConfig
from chains.customer_service.history import History
from chains.customer_service.history_reader import read_history
from chains.customer_service.knowledge import KnowledgeBase
from chains.customer_service.model import encoder_languages
from chains.customer_service.thresholds import choose_thresholds
from chains.customer_service.training_data import (
    BotTrainingData,
    TrainingSet,
    load_entries,
    split_by_intent,
    tagged_utterances,
    write_utterances,
)
from chains.customer_service.tuning import tune_entities, tune_intents
from chains.terminal import ignore_progress
from chainzoo import DataError, atomic, require_task

VERSION_PREFIX = "version-"

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a version was trained on, and figures on held-out rows."""

    bot: str
    version: str
    entries: dict[str, int]
    utterances: int = 0
    intents: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    masked: dict[str, int] = field(default_factory=dict)
    held_out: dict[str, float] = field(default_factory=dict)
    thresholds: dict[str, float] = field(default_factory=dict)
    models: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return asdict(self)


def train_bot(
    config: BotConfig, data: BotTrainingData, progress: Progress = ignore_progress
) -> tuple[BotConfig, BuildReport]:
    """Train a bot and publish the version; return the config for ``build_bot``, and a report.

    Raises:
        DataError: there is nothing to train on, or a file cannot be read.
        UnknownModelError: the reranker or the chat model does not exist.
        PredictionError: the reranker is of another task.
        TuningError: the tuning failed.
    """
    _check_models(config)
    if not (data.faq or data.docs or data.history):
        raise DataError(
            "there is nothing to train the bot on.", remedy="Give --faq, --docs or --history."
        )
    history = read_history(data.history) if data.history else History(())
    entries = load_entries(config, data, history)
    split = split_by_intent(history.labelled)
    training_set = TrainingSet(
        entries,
        split.training,
        split.held_out,
        split.out_of_scope,
        tagged_utterances(history),
        data.entities,
    )
    config, report = train_version(config, training_set, progress)
    left_out = {
        "duplicates": history.duplicates,
        "contradictions": history.contradictions,
        "of rare intents": split.rare,
    }
    return config, replace(report, left_out=left_out, masked=dict(history.masked))


def _check_models(config: BotConfig) -> None:
    """Check the reranker and the chat model before anything is tuned."""
    zoo = config.zoo
    if config.reranker:
        require_task(zoo.describe(config.reranker), RERANKER_TASK, "the reranker")
    if config.llm and config.llm not in {card.id for card in zoo.catalog}:
        zoo.describe(config.llm)


def train_version(
    config: BotConfig, data: TrainingSet, progress: Progress = ignore_progress
) -> tuple[BotConfig, BuildReport]:
    """Train a new version next to the one that answers, then let the new one answer."""
    name = f"{VERSION_PREFIX}{_last_version(config.folder) + 1}"
    with atomic.folder(config.folder / name) as folder:
        config, report = _train(config, data, folder, progress)
        report = replace(report, version=name)
        text = json.dumps(report.as_dict())
        (folder / "report.json").write_text(text, encoding="utf-8")
    config = config.model_copy(update={"version": name})
    config.save()
    return config, report


def _last_version(folder: Path) -> int:
    names = (path.name.removeprefix(VERSION_PREFIX) for path in folder.glob(f"{VERSION_PREFIX}*"))
    return max((int(name) for name in names if name.isdecimal()), default=0)


def _train(
    config: BotConfig, data: TrainingSet, folder: Path, progress: Progress
) -> tuple[BotConfig, BuildReport]:
    embeddings = config.zoo.embeddings(config.model)
    progress(f"Indexing {len(data.entries)} entries …")
    knowledge = KnowledgeBase.of(data.entries, embeddings, encoder_languages(config))
    knowledge.save(folder)
    thresholds = choose_thresholds(knowledge, embeddings, config.wrong_answers)
    thresholds.save(folder / "thresholds.json")
    write_utterances(folder / "training.jsonl", data.training)
    write_utterances(folder / "held-out.jsonl", data.held_out)
    write_utterances(folder / "out-of-scope.jsonl", data.out_of_scope)
    intent_count = len({u.intent for u in data.training})
    intents: str | None = None
    figures: dict[str, float] = {}
    if data.training:
        rows = len(data.training)
        progress(f"Tuning {config.model} on {rows} messages of {intent_count} intents …")
        intents, figures = tune_intents(config, data, folder, embeddings)
    if data.entities or data.tagged:
        progress(f"Tuning {config.model} on tagged entities …")
    entities = tune_entities(config, data, folder) or config.entities
    report = BuildReport(
        config.name,
        "",
        dict(Counter(str(entry.source) for entry in data.entries)),
        len(data.training) + len(data.held_out),
        intent_count,
        held_out=figures,
        thresholds={name: round(value, 4) for name, value in asdict(thresholds).items()},
        models=tuple(model for model in (intents, entities) if model),
    )
    return config.model_copy(update={"intents": intents, "entities": entities}), report

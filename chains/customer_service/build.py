"""A bot made of files: what is read, tuned, calibrated and kept, each step in its place."""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from chains.customer_service.config import BotConfig
from chains.customer_service.faq import document_entries, faq_entries, reply_entries
from chains.customer_service.history import History, Utterance, read_history
from chains.customer_service.intents import (
    Calibration,
    calibrate,
    likeness,
    scope,
    score_matrix,
    with_temperature,
)
from chains.customer_service.knowledge import Entry, Knowledge, embed
from chains.customer_service.skill import known_languages
from chains.customer_service.thresholds import choose_thresholds
from chainzoo import DataError, PredictionError

OUTSIDE = ("oos", "out_of_scope", "out of scope", "none", "other_domain")
FEWEST = 5  # Utterances that an intent needs.
HELD_OUT = 0.2
SEED = 13

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Material:
    """What a bot is made of; at least one of them."""

    faq: Path | None = None
    docs: tuple[Path, ...] = ()
    history: Path | None = None
    entities: Path | None = None


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What was read, and how good what was learnt is on held-out rows."""

    bot: str
    skill: str
    entries: dict[str, int]
    utterances: int = 0
    intents: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    masked: dict[str, int] = field(default_factory=dict)
    held_out: dict[str, float] = field(default_factory=dict)
    thresholds: dict[str, float] = field(default_factory=dict)
    models: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """All of it as plain values."""
        return asdict(self)


def quiet(_: str) -> None:
    """Says nothing."""


def make_bot(
    config: BotConfig, material: Material, say: Say = quiet
) -> tuple[BotConfig, BuildReport]:
    """Read, tune, calibrate and keep; gives the config to ``build_bot`` with.

    Raises:
        DataError: there is nothing to make it of, or a file cannot be read.
        UnknownModelError: there is no such reranker or chat model. PredictionError: a reranker is
        no model of text-ranking. TuningError: the tuning failed.
    """
    _check_models(config)
    if not (material.faq or material.docs or material.history):
        raise DataError(
            "there is nothing to make the bot of.", remedy="Give --faq, --docs or --history."
        )
    history = read_history(material.history) if material.history else History(())
    entries = _entries(config, material, history)
    training, held_out, outside, thin = divide(history.labelled)
    left_out = {
        "duplicates": history.duplicates,
        "contradictions": history.contradictions,
        "of rare intents": thin,
    }
    stuff = Stuff(entries, training, held_out, outside, spans_of(history), material.entities)
    config, report = keep(config, stuff, say)
    return config, replace(report, left_out=left_out, masked=dict(history.masked))


def _check_models(config: BotConfig) -> None:
    """Refuse before anything is tuned what would fail at the first question."""
    zoo = config.zoo
    if config.reranker:
        task = zoo.describe(config.reranker).task
        if task != "text-ranking":
            raise PredictionError(
                f"{config.reranker} is a model of {task}; a reranker is one of text-ranking.",
                remedy="Tune one on rows of query, text and score.",
            )
    if config.llm and config.llm not in {card.id for card in zoo.catalog}:
        zoo.describe(config.llm)


@dataclass(frozen=True, slots=True)
class Stuff:
    """What a skill is made of, once files are read."""

    entries: Sequence[Entry]
    training: Sequence[Utterance] = ()
    held_out: Sequence[Utterance] = ()
    outside: Sequence[Utterance] = ()
    spans: Sequence[Utterance] = ()
    entities: Path | None = None


def keep(config: BotConfig, stuff: Stuff, say: Say = quiet) -> tuple[BotConfig, BuildReport]:
    """Make a skill beside the one that answers now, then point the bot to it."""
    config.folder.mkdir(parents=True, exist_ok=True)
    number = 1 + max([int(p.name[6:]) for p in config.folder.glob("skill-*[0-9]")], default=0)
    beside = config.folder / f".skill-{number}.{os.getpid()}.part"
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir()
    try:
        made, report = _make(config, stuff, beside, say)
        (beside / "report.json").write_text(json.dumps(report.as_dict()), encoding="utf-8")
        os.replace(beside, config.folder / f"skill-{number}")
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    made = made.model_copy(update={"skill": f"skill-{number}"})
    made.save()
    return made, replace(report, skill=f"skill-{number}")


def _make(config: BotConfig, stuff: Stuff, folder: Path, say: Say) -> tuple[BotConfig, BuildReport]:
    embeddings = config.zoo.embeddings(config.model)
    say(f"Indexing {len(stuff.entries)} entries")
    knowledge = Knowledge.of(stuff.entries, embeddings, known_languages(config))
    knowledge.save(folder)
    limits = choose_thresholds(knowledge, embeddings, config.wrong_answers)
    limits.save(folder / "thresholds.json")
    write_rows(folder / "training.jsonl", stuff.training)
    write_rows(folder / "held-out.jsonl", stuff.held_out)
    write_rows(folder / "outside.jsonl", stuff.outside)
    intents: str | None = None
    figures: dict[str, float] = {}
    if stuff.training:
        names = len({u.intent for u in stuff.training})
        say(f"Tuning {config.model} on {len(stuff.training)} messages of {names} intents")
        intents, figures = _tune_intents(config, stuff, folder, embeddings)
    entities = _tune_entities(config, stuff, folder, say) or config.entities
    made = config.model_copy(update={"intents": intents, "entities": entities})
    return made, BuildReport(
        config.name,
        "",
        dict(Counter(str(entry.source) for entry in stuff.entries)),
        len(stuff.training) + len(stuff.held_out),
        len({u.intent for u in stuff.training}),
        held_out=figures,
        thresholds={k: round(v, 4) for k, v in asdict(limits).items()},
        models=tuple(m for m in (intents, entities) if m),
    )


def _entries(config: BotConfig, material: Material, history: History) -> list[Entry]:
    usual = config.language
    entries = faq_entries(material.faq, usual) if material.faq else []
    for path in material.docs:
        entries += document_entries(path, usual)
    name = material.history.name if material.history else ""
    return [*entries, *reply_entries(history.pairs(config.pair_support), name, usual)]


def divide(
    labelled: Sequence[Utterance],
) -> tuple[list[Utterance], list[Utterance], list[Utterance], int]:
    """To learn from, to calibrate by, out of scope, and how many were of too rare an intent."""
    by_intent: dict[str, list[Utterance]] = defaultdict(list)
    outside: list[Utterance] = []
    for utterance in labelled:
        name = str(utterance.intent)
        (outside if name.lower() in OUTSIDE else by_intent[name]).append(utterance)
    training: list[Utterance] = []
    held_out: list[Utterance] = []
    thin = 0
    for rows in by_intent.values():
        if len(rows) < FEWEST:
            thin += len(rows)
            continue
        shuffled = Random(SEED).sample(rows, len(rows))
        cut = max(1, round(HELD_OUT * len(rows)))
        held_out += shuffled[:cut]
        training += shuffled[cut:]
    if len({u.intent for u in training}) < 2:
        return [], [], outside, len(labelled) - len(outside)
    return training, held_out, outside, thin


def spans_of(history: History) -> list[Utterance]:
    """The utterances in which entities were marked, if there are any; all of them then."""
    return list(history.utterances) if any(u.entities for u in history.utterances) else []


def _tune_intents(
    config: BotConfig, stuff: Stuff, folder: Path, embeddings: Any
) -> tuple[str, dict[str, float]]:
    zoo = config.zoo
    told: dict[str, Any] = {
        "task": "text-classification",
        "text_column": "text",
        "label_column": "label",
    }
    settings: dict[str, Any] = {
        "model": config.model,
        "method": config.method,
        "epochs": config.epochs,
    }
    run = zoo.tune(
        folder / "training.jsonl",
        test=folder / "held-out.jsonl",
        name=f"{config.name}-intents",
        **told,
        **settings,
    )
    model = run.wait()
    predictor = zoo.predictor(model.ref)
    names = {name: at for at, name in enumerate(predictor.loaded.manifest.labels.names)}
    training = embed(embeddings, [u.text for u in stuff.training])
    np.save(folder / "training.npy", training, allow_pickle=False)
    texts = [u.text for u in stuff.held_out]
    scores = score_matrix(predictor, texts)
    right = np.asarray([names[str(u.intent)] for u in stuff.held_out])
    likes = likeness(embed(embeddings, texts), training)
    known = calibrate(scores, right, likes, config.false_alarms)
    known.save(folder / "calibration.json")
    figures = {
        "accuracy": known.accuracy,
        "rows": known.rows,
        "temperature": known.temperature,
        "calibration error before": known.error_before,
        "calibration error after": known.error_after,
    }
    if stuff.outside:
        found = _recall(predictor, known, [u.text for u in stuff.outside], embeddings, training)
        figures["out of scope recognised"] = found
    return model.ref, {name: round(value, 4) for name, value in figures.items()}


def _recall(
    predictor: Any, known: Calibration, texts: list[str], embeddings: Any, training: np.ndarray
) -> float:
    sure = with_temperature(score_matrix(predictor, texts), known.temperature).max(axis=1)
    fits = scope(sure, likeness(embed(embeddings, texts), training))
    return float((fits < known.threshold).mean())


def _tune_entities(config: BotConfig, stuff: Stuff, folder: Path, say: Say) -> str | None:
    source = stuff.entities
    if source is None and stuff.spans:
        source = folder / "entities.jsonl"
        lines = [
            json.dumps({"text": u.text, "label": u.entities}, ensure_ascii=False)
            for u in stuff.spans
        ]
        source.write_text("\n".join(lines) + "\n", encoding="utf-8")
    if source is None:
        return None
    say(f"Tuning {config.model} on the entities in {source.name}")
    settings: dict[str, Any] = {
        "model": config.model,
        "method": config.method,
        "epochs": config.epochs,
    }
    name = f"{config.name}-entities"
    run = config.zoo.tune(source, task="token-classification", name=name, **settings)
    return str(run.wait().ref)


def write_rows(path: Path, rows: Sequence[Utterance]) -> None:
    """Utterances with their intents as JSON Lines."""
    lines = [json.dumps({"text": u.text, "label": u.intent}, ensure_ascii=False) for u in rows]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def read_utterances(path: Path) -> list[Utterance]:
    """What ``write_rows`` has written."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
    return [Utterance(row["text"], row["label"]) for row in rows]

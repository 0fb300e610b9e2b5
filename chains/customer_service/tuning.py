"""Tune the intent and entity models of a bot, and calibrate the intents."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from chains.customer_service.calibration import (
    Calibration,
    apply_temperature,
    calibrate,
    neighbour_similarity,
    scope_scores,
)
from chains.customer_service.config import ENTITY_TASK, INTENT_TASK, BotConfig
from chains.customer_service.intent_classifier import intent_scores
from chains.customer_service.texts import embed_texts
from chains.customer_service.training_data import TrainingSet


def tune_intents(
    config: BotConfig, data: TrainingSet, folder: Path, embeddings: Any
) -> tuple[str, dict[str, float]]:
    """Tune on the rows in ``folder``, and calibrate on held-out rows.

    Writes ``training.npy`` (vectors) and ``calibration.json``. Returns the model's name and version,
    and figures on held-out rows.
    """
    options: dict[str, Any] = {
        "task": INTENT_TASK,
        "text_column": "text",
        "label_column": "label",
        "test": folder / "held-out.jsonl",
        "name": f"{config.name}-intents",
        **_recipe(config),
    }
    model = config.zoo.tune(folder / "training.jsonl", **options).wait()
    predictor = config.zoo.predictor(model.ref)
    training = embed_texts(embeddings, [u.text for u in data.training])
    np.save(folder / "training.npy", training, allow_pickle=False)
    names = list(predictor.loaded.manifest.labels.names)
    texts = [u.text for u in data.held_out]
    calibration = calibrate(
        intent_scores(predictor, texts),
        np.asarray([names.index(str(u.intent)) for u in data.held_out]),
        neighbour_similarity(embed_texts(embeddings, texts), training),
        config.false_alarms,
    )
    calibration.save(folder / "calibration.json")
    figures = {
        "accuracy": calibration.accuracy,
        "rows": calibration.rows,
        "temperature": calibration.temperature,
        "calibration error before": calibration.error_before,
        "calibration error after": calibration.error_after,
    }
    if data.out_of_scope:
        texts = [u.text for u in data.out_of_scope]
        similarities = neighbour_similarity(embed_texts(embeddings, texts), training)
        recall = _out_of_scope_recall(predictor, calibration, texts, similarities)
        figures["out-of-scope recall"] = recall
    return model.ref, {name: round(value, 4) for name, value in figures.items()}


def tune_entities(config: BotConfig, data: TrainingSet, folder: Path) -> str | None:
    """Tune on the tagged file or utterances; return name and version, ``None`` without any."""
    source = data.entities
    if source is None and data.tagged:
        source = folder / "entities.jsonl"
        rows = ({"text": u.text, "label": u.entities} for u in data.tagged)
        lines = [json.dumps(row, ensure_ascii=False) for row in rows]
        source.write_text("\n".join(lines) + "\n", encoding="utf-8")
    if source is None:
        return None
    name = f"{config.name}-entities"
    run = config.zoo.tune(source, task=ENTITY_TASK, name=name, **_recipe(config))
    return str(run.wait().ref)


def _recipe(config: BotConfig) -> dict[str, Any]:
    return {"model": config.model, "method": config.method, "epochs": config.epochs}


def _out_of_scope_recall(
    predictor: Any, calibration: Calibration, texts: list[str], similarities: np.ndarray
) -> float:
    scores = apply_temperature(intent_scores(predictor, texts), calibration.temperature)
    scope = scope_scores(scores.max(axis=1), similarities)
    return float((scope < calibration.threshold).mean())

"""Embeddings tuned on what belongs together: questions with answers, texts with titles, pairs."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Sequence
from typing import Any

import numpy as np

from chainzoo.catalog import Catalog, weights_sha256
from chainzoo.data import ReadOptions, Table
from chainzoo.data.examples import Conversation, RankedPair, TextPair
from chainzoo.data.holdout import read_training_data
from chainzoo.data.splitting import predefined_split, stratified_split
from chainzoo.errors import DataError, RecipeError
from chainzoo.evaluation import Report, save_report
from chainzoo.home import Home
from chainzoo.metrics.bootstrap import Scorer
from chainzoo.modeling.loading import load_sentence_transformer
from chainzoo.modeling.references import fetch_weights
from chainzoo.registry import Lineage, ModelRecord, Registry
from chainzoo.registry.names import check_name, name_from
from chainzoo.registry.records import installed_packages
from chainzoo.tasks import ReportTable
from chainzoo.tuning.base_checkpoint import BaseCheckpoint
from chainzoo.tuning.contrastive import tune_embeddings

TASK = "sentence-similarity"
HOLDOUT = 0.1
SEED = 13


def tune_encoder(
    home: Home,
    data: Any,
    *,
    model: str = "minilm-l6",
    name: str | None = None,
    epochs: float = 1.0,
    batch_size: int = 32,
    learning_rate: float = 1e-4,
    options: ReadOptions | None = None,
) -> ModelRecord:
    """Tune a card's encoder on the pairs in ``data`` and keep it; ``ZooEmbeddings(name)`` opens it.

    Judged on held-out pairs: how high the right partner stands among the partners of all of them,
    before and after. Pairs with a score count as right where it is above the middle of the scale.

    Raises:
        DataError: there are no pairs in it. RecipeError: the card is no encoder.
    """
    table = read_training_data(home, data, options)
    pairs, scored = _pairs(table)
    card = Catalog.load(home).get(model)
    if card.kind not in ("encoder", "embedding"):
        raise RecipeError(
            f"{card.id} is a model of kind {card.kind!r}; embeddings need an encoder.",
            remedy="Choose another: chainzoo models --task text-ranking",
        )
    folder = fetch_weights(card, home)
    base = BaseCheckpoint(folder, card.id, weights_sha256(folder), card.pooling)
    parts = predefined_split(table) or stratified_split(table, HOLDOUT, SEED)
    learnt = [pairs[id(e)] for e in parts.train if id(e) in pairs]
    asked = [pairs[id(e)] for e in parts.dev if id(e) in pairs and _is_right(pairs[id(e)], scored)]
    if len(learnt) < 10 or not asked:
        raise DataError(
            f"there are {len(learnt)} pairs to learn from and {len(asked)} to judge by.",
            file=table.name,
            remedy="Give at least some dozens of pairs.",
        )
    work = home.cache / "embeddings" / uuid.uuid4().hex[:12]
    work.mkdir(parents=True)
    try:
        before = _counts(load_sentence_transformer(folder, card.pooling), asked)
        encoder = tune_embeddings(
            base,
            learnt,
            work / "model",
            epochs=epochs,
            batch_size=batch_size,
            learning_rate=learning_rate,
            seed=SEED,
        )
        report = _report(before, _counts(encoder, asked), card.id)
        save_report(report, work / "model")
        lineage = Lineage(
            data_name=table.name,
            data_sha256=table.sha256,
            recipe={
                "epochs": epochs,
                "batch_size": batch_size,
                "learning_rate": learning_rate,
                "seed": SEED,
                "pooling": card.pooling or "mean",
            },
            base=card.id,
            base_sha256=base.sha256,
            packages=installed_packages(),
            held_out_rows=table.held_out_rows,
        )
        wanted = check_name(name or name_from(table.name))
        return Registry(home).publish(
            wanted, work / "model", lineage, report.as_dict(), task=TASK, method="full"
        )
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _pairs(table: Table) -> tuple[dict[int, Any], bool]:
    """The pair of each example, by its identity; and whether pairs have scores, from 0 to 1."""
    found: dict[int, Any] = {}
    known = [e.score for e in table.examples if isinstance(e, RankedPair) and e.score is not None]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    for example in table.examples:
        if isinstance(example, RankedPair) and example.score is not None:
            score = (example.score - low) / (high - low) if high > low else 1.0
            found[id(example)] = (example.query, example.item, score)
        elif isinstance(example, TextPair):
            found[id(example)] = (example.text, example.targets[0])
        elif isinstance(example, Conversation):
            found[id(example)] = (example.turns[-2].text, example.turns[-1].text)
    if not found:
        raise DataError(
            f"it was read as {table.task}, which has no pairs.",
            file=table.name,
            remedy="Give questions with answers, texts with titles, or pairs with a score.",
        )
    scored = len(known) > 0 and high > low
    return (found if scored else {k: v[:2] for k, v in found.items()}), scored


def _is_right(pair: Sequence[Any], scored: bool) -> bool:
    return not scored or pair[2] > 0.5


def _counts(encoder: Any, pairs: Sequence[Sequence[Any]]) -> np.ndarray:
    """Of each pair: reciprocal rank of the right partner, whether it is the first of all, and 1."""
    partners = list(dict.fromkeys(pair[1] for pair in pairs))
    place = {text: at for at, text in enumerate(partners)}
    options = {"normalize_embeddings": True, "show_progress_bar": False}
    likeness = encoder.encode([p[0] for p in pairs], **options) @ (
        encoder.encode(partners, **options).T
    )
    right = np.array([likeness[row, place[pair[1]]] for row, pair in enumerate(pairs)])
    rank = 1 + (likeness > right[:, None] + 1e-7).sum(axis=1)
    counts: np.ndarray = np.stack([1 / rank, rank == 1, np.ones(len(rank))], axis=1).astype(float)
    return counts


def _report(before: np.ndarray, after: np.ndarray, card: str) -> Report:
    def scores(sums: np.ndarray) -> dict[str, np.ndarray]:
        rows = np.maximum(sums[..., 2], 1)
        return {"mrr": sums[..., 0] / rows, "recall_at_1": sums[..., 1] / rows}

    scorer = Scorer(scores)
    name = f"{card}, untuned"
    return Report(
        task=TASK,
        metric="mrr",
        rows=len(after),
        scores=scorer.scores(after),
        intervals=scorer.intervals(after),
        baselines={name: scorer.scores(before)},
        tables=(),
        errors=ReportTable("", (), ()),
        gains={name: scorer.difference(before, after)},
    )

"""Embeddings tuned by contrast, through sentence-transformers: what belongs together moves together."""

from __future__ import annotations

import math
import random
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from chainzoo.errors import MissingExtraError
from chainzoo.modeling.loading import load_sentence_transformer
from chainzoo.modeling.precision import best_precision
from chainzoo.tuning.base_checkpoint import BaseCheckpoint
from chainzoo.tuning.cpu.allocator import keep_freed_memory

Scored = tuple[str, str, float]
LONGEST = 192  # Token ids of a text; what makes two belong together shows early.
PAIRS = 1000  # Of few texts, so many are made at least.
# They print to the terminal, or gather examples for a page of a hub.
TALKATIVE = ("PrinterCallback", "SentenceTransformerModelCardCallback", "ModelCardCallback")


def tune_embeddings(
    base: BaseCheckpoint,
    pairs: Sequence[tuple[str, str]] | Sequence[Scored],
    folder: Path,
    *,
    epochs: float = 1.0,
    batch_size: int = 32,
    learning_rate: float = 1e-4,
    seed: int = 13,
) -> Any:
    """Tune the encoder of ``base`` on pairs and save it in ``folder``; gives the encoder.

    Pairs alone are learnt against the other pairs of their batch (multiple negatives ranking,
    arXiv:1705.00652); pairs with a score by the cosine of their vectors (arXiv:1908.10084).

    Raises:
        MissingExtraError: the ``datasets`` package, which the trainer needs, is not installed.
    """
    try:
        from datasets import Dataset
    except ImportError:
        raise MissingExtraError(
            "Tuning embeddings needs the datasets package.",
            remedy="Run `pip install 'chainzoo[datasets]'`.",
        ) from None
    import torch
    from sentence_transformers import (
        SentenceTransformerTrainer,
        SentenceTransformerTrainingArguments,
    )
    from sentence_transformers.sentence_transformer.losses import (
        CosineSimilarityLoss,
        MultipleNegativesRankingLoss,
    )

    from chainzoo.tuning.cpu.byte_dropout import set_dropout

    keep_freed_memory()
    encoder = load_sentence_transformer(base.folder, base.pooling)
    encoder.max_seq_length = min(encoder.max_seq_length or LONGEST, LONGEST)
    set_dropout(encoder, 0.0)  # Few passes over few pairs fit too little rather than too much.
    columns: dict[str, list[Any]] = {
        "first": [pair[0] for pair in pairs],
        "second": [pair[1] for pair in pairs],
    }
    scored = len(pairs[0]) == 3
    if scored:
        columns["score"] = [float(pair[2]) for pair in pairs]  # type: ignore[misc]
    loss = CosineSimilarityLoss(encoder) if scored else MultipleNegativesRankingLoss(encoder)
    with tempfile.TemporaryDirectory() as scratch:
        arguments = SentenceTransformerTrainingArguments(
            output_dir=scratch,
            num_train_epochs=epochs,
            per_device_train_batch_size=batch_size,
            learning_rate=learning_rate,
            warmup_steps=round(0.1 * epochs * len(pairs) / batch_size),
            seed=seed,
            bf16=best_precision() == "bfloat16",
            use_cpu=not torch.cuda.is_available(),
            save_strategy="no",
            report_to="none",
            disable_tqdm=True,
            logging_strategy="no",
        )
        trainer = SentenceTransformerTrainer(
            model=encoder, args=arguments, train_dataset=Dataset.from_dict(columns), loss=loss
        )
        for callback in list(trainer.callback_handler.callbacks):
            if type(callback).__name__ in TALKATIVE:
                trainer.remove_callback(callback)
        trainer.train()
    beside = folder.with_name(folder.name + ".part")
    shutil.rmtree(beside, ignore_errors=True)
    encoder.save(str(beside), create_model_card=False)
    shutil.rmtree(folder, ignore_errors=True)
    beside.replace(folder)
    return encoder


def few_shot_pairs(
    texts: Sequence[str], labels: Sequence[str], shots: int = 16, seed: int = 13
) -> list[Scored]:
    """Pairs as SetFit makes them (arXiv:2209.11055): of few texts a label, alike 1, unlike 0."""
    drawn = random.Random(seed)
    by_label: dict[str, list[str]] = defaultdict(list)
    for text, label in zip(texts, labels, strict=True):
        by_label[label].append(text)
    few = {
        label: drawn.sample(members, min(shots, len(members)))
        for label, members in sorted(by_label.items())
    }
    names = list(few)
    pairs: list[Scored] = []
    rounds = max(1, math.ceil(PAIRS / (2 * sum(map(len, few.values())))))
    for name in names * rounds:
        others = [other for other in names if other != name]
        for text in few[name]:
            pairs.append((text, drawn.choice(few[name]), 1.0))
            if others:
                pairs.append((text, drawn.choice(few[drawn.choice(others)]), 0.0))
    drawn.shuffle(pairs)
    return pairs

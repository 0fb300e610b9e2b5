"""Text ranking: how well an item fits a query, or a person who is told in words."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np

from chainzoo.data.examples import RankedPair
from chainzoo.metrics.tables import ReportTable
from chainzoo.metrics.text import words_of
from chainzoo.modeling.settings import Feature, LabelSpace, ModelSettings
from chainzoo.tasks.base import SAMPLE_TEXTS, TaskBase, read_fields
from chainzoo.tasks.predictions import RankingPrediction
from chainzoo.tasks.traits import ENCODES_LOGITS, SentenceTransformerExport, TaskKeywords

QUERIES = ("query", "question", "person", "user", "history")
ITEMS = ("item", "document", "passage", "candidate", "product")
DEPTH = 10  # nDCG looks at the first ten.


class TextRanking(TaskBase):
    """Pairs through one encoder. Scores from 0 to 1 are learnt as probabilities, others as numbers."""

    name = "text-ranking"
    export_format = SentenceTransformerExport(notes=(ENCODES_LOGITS,))
    sample_inputs = tuple({"query": "Where is my parcel?", "item": text} for text in SAMPLE_TEXTS)
    keywords = TaskKeywords(
        r"re-?rank\w*|\branking\b|cross.?encoder|重排序?|排序",
        priority=70,
    )
    prediction_type = RankingPrediction
    input_fields = ("query", "item")
    score_ranges = {"rmse": (0.0, math.inf)}

    def label_space(self, examples: Sequence[RankedPair], multi_label: bool = False) -> LabelSpace:
        known = [e.score for e in examples if e.score is not None]
        unit = bool(known) and min(known) >= 0 and max(known) <= 1
        return LabelSpace(("probability" if unit else "number",), "score")

    def parse_input(self, value: Any) -> RankedPair:
        """A row with ``query`` and ``item``, or JSON of one."""
        query, item = read_fields(value, [QUERIES, ITEMS])
        return RankedPair(query, item)

    def encode(
        self,
        examples: Sequence[RankedPair],
        tokenizer: Any,
        labels: LabelSpace,
        max_length: int,
        stride: int,
    ) -> list[Feature]:
        """Both are shortened where they are too long together, the longer one first."""
        if not examples:
            return []
        coded = tokenizer(
            [e.query for e in examples],
            [e.item for e in examples],
            truncation="longest_first",
            max_length=max_length,
            verbose=False,
        )
        types = coded.get("token_type_ids") or [None] * len(examples)
        return [
            Feature(tuple(ids), at, examples[at].score, extra=None if t is None else tuple(t))
            for at, (ids, t) in enumerate(zip(coded["input_ids"], types, strict=True))
        ]

    def build_network(self, encoder: Any, settings: ModelSettings) -> Any:
        from chainzoo.modeling.encoder_models import Regression

        return Regression(encoder, settings)

    def collate(
        self, features: Sequence[Feature], pad_id: int, labels: LabelSpace
    ) -> dict[str, Any]:
        import torch

        batch = super().collate(features, pad_id, labels)
        if features[0].extra is not None:
            types = torch.zeros(batch["input_ids"].shape, dtype=torch.long)
            for row, feature in enumerate(features):
                types[row, : len(feature.extra)] = torch.tensor(feature.extra)
            batch["token_type_ids"] = types
        return batch

    def decode(
        self,
        logits: Sequence[np.ndarray],
        features: Sequence[Feature],
        examples: Sequence[RankedPair],
        labels: LabelSpace,
    ) -> list[RankingPrediction]:
        numbers = np.asarray([float(row[0]) for row in logits])
        if labels.names == ("probability",):
            numbers = 1 / (1 + np.exp(-numbers))
        return [RankingPrediction(float(number)) for number in numbers]

    def sufficient_statistics(
        self,
        examples: Sequence[RankedPair],
        predictions: Sequence[RankingPrediction],
        labels: LabelSpace,
    ) -> np.ndarray:
        """Columns whose sums decide the scores.

        For each query, on the row of its first pair: 1, nDCG@10, reciprocal rank, 1 and AUC where
        it has better and worse items; for each row the squared error, and 1.
        """
        counts = np.zeros((len(examples), 7))
        groups: dict[str, list[int]] = defaultdict(list)
        for at, example in enumerate(examples):
            groups[example.query].append(at)
        for rows in groups.values():
            truth = np.array([examples[at].score or 0.0 for at in rows])
            guess = np.array([predictions[at].score for at in rows])
            gain = truth - min(truth.min(), 0)
            first = rows[0]
            if gain.max() > 0:
                counts[first, :3] = 1, _ndcg(gain, guess), _reciprocal_rank(truth, guess)
            auc = _auc(truth, guess)
            if auc is not None:
                counts[first, 3:5] = 1, auc
        truth = np.array([e.score or 0.0 for e in examples])
        guess = np.array([p.score for p in predictions])
        counts[:, 5], counts[:, 6] = (truth - guess) ** 2, 1
        return counts

    def scores(self, counts: np.ndarray, labels: LabelSpace) -> dict[str, np.ndarray]:
        """Means over queries, and the root of the mean squared error of the scores.

        nDCG@10 (Järvelin & Kekäläinen 2002), reciprocal rank of the best item, and AUC.
        """
        queries, pairs = np.maximum(counts[..., 0], 1), np.maximum(counts[..., 3], 1)
        error = np.sqrt(counts[..., 5] / np.maximum(counts[..., 6], 1))
        return {
            "ndcg_at_10": counts[..., 1] / queries,
            "mrr": counts[..., 2] / queries,
            "auc": counts[..., 4] / pairs,
            "rmse": error,
        }

    def input_text(self, example: RankedPair) -> str:
        """The query and the item."""
        return f"{example.query} | {example.item}"

    def target_text(self, example: RankedPair) -> str:
        """The true score."""
        return "" if example.score is None else str(example.score)

    def error_table(
        self,
        examples: Sequence[RankedPair],
        predictions: Sequence[RankingPrediction],
        limit: int = 10,
    ) -> ReportTable:
        off = [
            (abs((e.score or 0.0) - p.score), e, p)
            for e, p in zip(examples, predictions, strict=True)
        ]
        off.sort(key=lambda row: -row[0])
        rows = tuple(
            (round(p.score, 3), round(e.score or 0.0, 3), e.query, e.item)
            for _, e, p in off[:limit]
        )
        return ReportTable("Farthest off", ("predicted", "true", "query", "item"), rows)

    def baseline_predictions(
        self, train: Sequence[RankedPair], examples: Sequence[RankedPair], labels: LabelSpace
    ) -> dict[str, list[RankingPrediction]]:
        """The mean score for all, and the share of the query's words that are in the item."""
        mean = float(np.mean([e.score or 0.0 for e in train])) if train else 0.0
        shared = []
        for example in examples:
            asked, offered = set(words_of(example.query)), set(words_of(example.item))
            shared.append(RankingPrediction(len(asked & offered) / max(len(asked), 1)))
        return {"mean score": [RankingPrediction(mean) for _ in examples], "shared words": shared}


def _order(guess: np.ndarray) -> np.ndarray:
    """Best first; ties stand in the middle of their places by a fixed shuffle, not as given."""
    shuffled = np.random.default_rng(0).permutation(len(guess))
    order: np.ndarray = shuffled[np.argsort(-guess[shuffled], kind="stable")]
    return order


def _ndcg(gain: np.ndarray, guess: np.ndarray) -> float:
    discount = 1 / np.log2(np.arange(2, min(len(gain), DEPTH) + 2))
    reached = float((gain[_order(guess)][:DEPTH] * discount).sum())
    best = float((np.sort(gain)[::-1][:DEPTH] * discount).sum())
    return reached / best


def _reciprocal_rank(truth: np.ndarray, guess: np.ndarray) -> float:
    ranked = truth[_order(guess)]
    return 1.0 / (1 + int(np.argmax(ranked == truth.max())))


def _auc(truth: np.ndarray, guess: np.ndarray) -> float | None:
    """The share of pairs of unlike items that stand in the right order; ties count half."""
    better = truth[:, None] > truth[None, :]
    if not better.any():
        return None
    right = (guess[:, None] > guess[None, :]) + 0.5 * (guess[:, None] == guess[None, :])
    return float(right[better].mean())


TASK = TextRanking()

"""Text ranking: how well an item fits a query, or a person who is described in words."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np

from chainzoo.data.examples import RankedPair
from chainzoo.metrics.ranking import ndcg, pairwise_auc, reciprocal_rank
from chainzoo.metrics.tables import ReportTable
from chainzoo.metrics.words import split_words
from chainzoo.modeling.features import Feature
from chainzoo.modeling.settings import LabelSpace, ModelSettings
from chainzoo.tasks.base import SAMPLE_TEXTS, TaskBase, read_fields
from chainzoo.tasks.predictions import RankingPrediction
from chainzoo.tasks.traits import ENCODES_LOGITS, SentenceTransformerExport, TaskKeywords

QUERY_FIELDS = ("query", "question", "person", "user", "history")
ITEM_FIELDS = ("item", "document", "passage", "candidate", "product")


class TextRanking(TaskBase):
    """A cross-encoder: query and item are read together, and get one score.

    Scores within 0 and 1 are learned as probabilities, others as numbers.
    """

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
        """``probability`` where all scores are within 0 and 1, else ``number``."""
        scores = [e.score for e in examples if e.score is not None]
        is_probability = bool(scores) and min(scores) >= 0 and max(scores) <= 1
        return LabelSpace(("probability" if is_probability else "number",), "score")

    def parse_input(self, value: Any) -> RankedPair:
        """A row with ``query`` and ``item``, or JSON of one."""
        query, item = read_fields(value, [QUERY_FIELDS, ITEM_FIELDS])
        return RankedPair(query, item)

    def encode(
        self,
        examples: Sequence[RankedPair],
        tokenizer: Any,
        labels: LabelSpace,
        max_length: int,
        stride: int,
    ) -> list[Feature]:
        """One window a pair; the longer of the two texts is truncated first."""
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
            Feature(tuple(ids), index, examples[index].score, extra=None if t is None else tuple(t))
            for index, (ids, t) in enumerate(zip(coded["input_ids"], types, strict=True))
        ]

    def build_network(self, encoder: Any, settings: ModelSettings) -> Any:
        from chainzoo.modeling.encoder_models import RegressionModel

        return RegressionModel(encoder, settings)

    def collate(
        self, features: Sequence[Feature], pad_id: int, labels: LabelSpace
    ) -> dict[str, Any]:
        """Padded ids with their token types, which tell the two texts apart."""
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
        from scipy.special import expit

        numbers = np.asarray([float(row[0]) for row in logits])
        if labels.names == ("probability",):
            numbers = expit(numbers)
        return [RankingPrediction(float(number)) for number in numbers]

    def sufficient_statistics(
        self,
        examples: Sequence[RankedPair],
        predictions: Sequence[RankingPrediction],
        labels: LabelSpace,
    ) -> np.ndarray:
        """Columns whose sums decide the scores.

        For each query, on the row of its first pair: 1, nDCG@10 and reciprocal rank where it has a
        relevant item, and 1 and AUC where its items differ. For each row: the squared error, and 1.
        """
        counts = np.zeros((len(examples), 7))
        truth = np.array([example.score or 0.0 for example in examples])
        predicted = np.array([prediction.score for prediction in predictions])
        rows_of_query: dict[str, list[int]] = defaultdict(list)
        for row, example in enumerate(examples):
            rows_of_query[example.query].append(row)
        for rows in rows_of_query.values():
            first, scores = rows[0], predicted[rows]
            gains = truth[rows] - min(truth[rows].min(), 0)
            if gains.max() > 0:
                counts[first, :3] = 1, ndcg(gains, scores), reciprocal_rank(truth[rows], scores)
            auc = pairwise_auc(truth[rows], scores)
            if auc is not None:
                counts[first, 3:5] = 1, auc
        counts[:, 5], counts[:, 6] = (truth - predicted) ** 2, 1
        return counts

    def scores(self, counts: np.ndarray, labels: LabelSpace) -> dict[str, np.ndarray]:
        """Means over queries, and the root mean squared error of all scores.

        The means are those of nDCG@10, of the reciprocal rank of the best item, and of AUC.
        """
        queries, with_pairs = np.maximum(counts[..., 0], 1), np.maximum(counts[..., 3], 1)
        return {
            "ndcg_at_10": counts[..., 1] / queries,
            "mrr": counts[..., 2] / queries,
            "auc": counts[..., 4] / with_pairs,
            "rmse": np.sqrt(counts[..., 5] / np.maximum(counts[..., 6], 1)),
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
        """The pairs whose score is farthest from the true one."""
        errors = [
            (abs((e.score or 0.0) - p.score), e, p)
            for e, p in zip(examples, predictions, strict=True)
        ]
        errors.sort(key=lambda row: -row[0])
        rows = tuple(
            (round(p.score, 3), round(e.score or 0.0, 3), e.query, e.item)
            for _, e, p in errors[:limit]
        )
        return ReportTable("Farthest off", ("predicted", "true", "query", "item"), rows)

    def baseline_predictions(
        self, train: Sequence[RankedPair], examples: Sequence[RankedPair], labels: LabelSpace
    ) -> dict[str, list[RankingPrediction]]:
        """The mean score, and the share of the query's words that the item has."""
        mean = float(np.mean([e.score or 0.0 for e in train])) if train else 0.0
        shared = []
        for example in examples:
            query, item = set(split_words(example.query)), set(split_words(example.item))
            shared.append(RankingPrediction(len(query & item) / max(len(query), 1)))
        return {"mean score": [RankingPrediction(mean) for _ in examples], "shared words": shared}


TASK = TextRanking()

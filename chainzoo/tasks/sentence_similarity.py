"""Sentence similarity: texts as vectors, tuned on pairs of texts. A tuned model embeds texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from chainzoo.data.examples import SimilarityExample
from chainzoo.errors import TaskError
from chainzoo.metrics.similarity import correlation, correlation_columns, rank_columns, ranks_of_own
from chainzoo.metrics.tables import ReportTable
from chainzoo.modeling.features import Feature
from chainzoo.modeling.loading import load_tokenizer
from chainzoo.modeling.settings import LabelSpace, ModelSettings
from chainzoo.tasks.base import TaskBase, read_fields, read_text
from chainzoo.tasks.predictions import EmbeddingPrediction, SimilarityPrediction
from chainzoo.tasks.traits import SentenceTransformerExport, TaskKeywords, TrainingDefaults

FIRST = ("sentence1", "text1", "anchor", "query", "question", "text")
SECOND = ("sentence2", "text2", "positive", "answer", "passage", "item", "document")
Prediction = EmbeddingPrediction | SimilarityPrediction


class SentenceSimilarity(TaskBase):
    """Pairs that belong together are ranked among all others; pairs with a score are correlated.

    A labelled pair is one feature, so that a training batch holds whole pairs; a text or an
    unlabelled pair has a feature a text. Longer texts are truncated, as one vector is of one window.
    """

    name = "sentence-similarity"
    prediction_type = Prediction
    score_ranges: Mapping[str, tuple[float, float]] = {
        "spearman": (-1.0, 1.0),
        "pearson": (-1.0, 1.0),
    }
    keywords = TaskKeywords(
        r"embeddings?\b|sentence.(?:similarity|vectors?)|semantic.(?:similarity|search)|"
        r"similar(?:ity)? (?:of )?(?:sentences|texts)|嵌入|句向量|文本向量|语义相似|相似度",
        priority=65,
    )
    export_format = SentenceTransformerExport(normalize=True)
    training_defaults = TrainingDefaults(
        learning_rates={"full": (1e-4, 2e-5), "lora": (1e-3, 2e-4), "head": (1e-3, 3e-4)},
        batch_size=32,
        batch_tokens=16_384,  # The other pairs of a batch are the negatives: all 32 have to fit.
        max_length=256,
        pooling="mean",
    )
    works_untuned = True
    embeds = True

    def load_processor(self, folder: Path) -> Any:
        """The tokenizer as it is: a word at the start of a text has no space before it."""
        return load_tokenizer(folder)

    def label_space(
        self, examples: Sequence[SimilarityExample], multi_label: bool = False
    ) -> LabelSpace:
        """Pairs with a score where the scores differ, else pairs that belong together."""
        scores = {example.score for example in examples if example.score is not None}
        return LabelSpace((), "similarity" if len(scores) > 1 else "pairs")

    def parse_input(self, value: Any) -> SimilarityExample:
        """A text to embed, or a row with two texts to compare (``sentence1``, ``sentence2``)."""
        if isinstance(value, Mapping) and not any(name in value for name in SECOND):
            value = next((value[name] for name in FIRST if name in value), value)
        if isinstance(value, Mapping):
            first, second = read_fields(value, [FIRST, SECOND])
            return SimilarityExample(first, second)
        return SimilarityExample(read_text(value))

    def validate(self, examples: Sequence[SimilarityExample], labels: LabelSpace) -> None:
        for example in examples:
            if example.other is None or example.score is None:
                raise TaskError(
                    f"Line {example.line}: expected two texts that belong together or have a"
                    " score.",
                    remedy="Give pairs, such as questions with answers.",
                )

    def unlabelled(self, examples: Sequence[SimilarityExample]) -> list[SimilarityExample]:
        """Every text of the pairs by itself."""
        texts = dict.fromkeys(t for e in examples for t in (e.text, e.other) if t is not None)
        return [SimilarityExample(text) for text in texts]

    def encode(
        self,
        examples: Sequence[SimilarityExample],
        tokenizer: Any,
        labels: LabelSpace,
        max_length: int,
        stride: int,
    ) -> list[Feature]:
        texts = [_texts(example) for example in examples]
        flat = [text for each in texts for text in each]
        if not flat:
            return []
        coded = iter(tokenizer(flat, truncation=True, max_length=max_length)["input_ids"])
        features = []
        for index, example in enumerate(examples):
            ids = [tuple(next(coded)) for _ in texts[index]]
            if example.score is None:
                features += [Feature(each, index) for each in ids]
                continue
            joined = tuple(token for each in ids for token in each)
            lengths = tuple(map(len, ids))
            features.append(Feature(joined, index, float(example.score), extra=lengths))
        return features

    def build_network(self, encoder: Any, settings: ModelSettings) -> Any:
        from chainzoo.modeling.sentence_encoder import SentenceEncoder

        return SentenceEncoder(encoder, settings)

    def collate(
        self, features: Sequence[Feature], pad_id: int, labels: LabelSpace
    ) -> dict[str, Any]:
        """Rows of one text each; ``parts`` says which belong to a labelled example.

        The rows are the texts of the examples, then their similar texts, then the others.
        """
        import torch

        from chainzoo.modeling.batches import pad

        if all(feature.extra is None for feature in features):
            return pad([feature.input_ids for feature in features], pad_id)
        split = [_split(feature) for feature in features]
        rows: list[tuple[int, ...]] = []
        parts = torch.full((len(split), max(map(len, split))), -1)
        for part in range(parts.shape[1]):
            for index, texts in enumerate(split):
                if part < len(texts):
                    parts[index, part] = len(rows)
                    rows.append(texts[part])
        batch = {**pad(rows, pad_id), "parts": parts}
        if all(feature.target is not None for feature in features):
            numbers = {text: number for number, text in enumerate(dict.fromkeys(rows))}
            ids = torch.tensor([numbers[text] for text in rows])
            batch["same"] = ids[:, None] == ids[None, :]
            batch["labels"] = torch.tensor([feature.target for feature in features])
        return batch

    def decode(
        self,
        logits: Sequence[np.ndarray],
        features: Sequence[Feature],
        examples: Sequence[SimilarityExample],
        labels: LabelSpace,
    ) -> list[Prediction]:
        """Vectors of single texts, and similarities of pairs.

        Labelled pairs also have a rank among all texts that are similar to one of the examples.
        """
        vectors: list[list[np.ndarray]] = [[] for _ in examples]
        for row, feature in zip(logits, features, strict=True):
            vectors[feature.example] += list(row[:2]) if row.ndim > 1 else [row]
        pairs = [index for index, example in enumerate(examples) if example.other is not None]
        predictions: list[Prediction] = [
            EmbeddingPrediction(tuple(map(float, each[0]))) for each in vectors
        ]
        if pairs:
            chosen = [examples[index] for index in pairs]
            first, second = (np.stack([vectors[index][part] for index in pairs]) for part in (0, 1))
            compared = _compare(chosen, first, second, labels)
            for index, prediction in zip(pairs, compared, strict=True):
                predictions[index] = prediction
        return predictions

    def sufficient_statistics(
        self,
        examples: Sequence[SimilarityExample],
        predictions: Sequence[SimilarityPrediction],
        labels: LabelSpace,
    ) -> np.ndarray:
        """Columns whose sums decide the scores.

        Pairs: 1, reciprocal rank, first. Scored pairs: the sums of Spearman's and Pearson's
        correlation.
        """
        if labels.problem == "pairs":
            ranks = np.array([p.rank or np.inf for p in predictions], dtype=float)
            return np.stack([np.ones(len(ranks)), 1 / ranks, ranks == 1], axis=1).astype(float)
        truth = np.array([example.score or 0.0 for example in examples])
        cosines = np.array([prediction.score for prediction in predictions])
        return np.concatenate(
            [rank_columns(truth, cosines), correlation_columns(truth, cosines)], axis=1
        )

    def scores(self, counts: np.ndarray, labels: LabelSpace) -> dict[str, np.ndarray]:
        """Scores of pairs are MRR and recall@1; of scored pairs, correlations.

        The rank is that of the similar text among those of all pairs; correlations are of cosines
        and scores.
        """
        if labels.problem == "pairs":
            rows = np.maximum(counts[..., 0], 1)
            return {"mrr": counts[..., 1] / rows, "recall_at_1": counts[..., 2] / rows}
        return {
            "spearman": correlation(counts[..., :6]),
            "pearson": correlation(counts[..., 6:]),
        }

    def correct(self, example: SimilarityExample, prediction: SimilarityPrediction) -> bool | None:
        """Whether the similar text is nearest; ``None`` for scored pairs."""
        return None if prediction.rank is None else prediction.rank == 1

    def input_text(self, example: SimilarityExample) -> str:
        """Both texts."""
        return example.text if example.other is None else f"{example.text} | {example.other}"

    def target_text(self, example: SimilarityExample) -> str:
        """The score."""
        return "" if example.score is None else f"{example.score:g}"

    def error_table(
        self,
        examples: Sequence[SimilarityExample],
        predictions: Sequence[SimilarityPrediction],
        limit: int = 10,
    ) -> ReportTable:
        """Pairs with the lowest ranks; scored pairs whose cosine is farthest from its place."""
        both = list(zip(examples, predictions, strict=True))
        if all(prediction.rank is not None for prediction in predictions):
            both.sort(key=lambda row: -(row[1].rank or 0))
            rows = tuple(
                (p.rank or 0, round(p.score, 3), e.text, e.other or "")
                for e, p in both[:limit]
                if p.rank != 1
            )
            return ReportTable("Lowest ranks", ("rank", "cosine", "text", "similar text"), rows)
        gaps = _rank_gaps([e.score or 0.0 for e in examples], [p.score for p in predictions])
        order = np.argsort(-gaps, kind="stable")[:limit]
        scored = tuple(
            (round(p.score, 3), e.score or 0.0, e.text, e.other or "")
            for e, p in (both[int(index)] for index in order)
        )
        return ReportTable("Farthest off", ("cosine", "score", "text", "other text"), scored)

    def baseline_predictions(
        self,
        train: Sequence[SimilarityExample],
        examples: Sequence[SimilarityExample],
        labels: LabelSpace,
    ) -> dict[str, list[SimilarityPrediction]]:
        """The cosine of TF-IDF vectors of words (of characters in scripts without spaces)."""
        from sklearn.feature_extraction.text import TfidfVectorizer

        from chainzoo.metrics.words import is_cjk

        known = [text for example in train for text in (example.text, example.other or "")]
        options: dict[str, Any] = {"token_pattern": r"\b\w+\b"}
        if is_cjk(known[:500]):
            options = {"analyzer": "char", "ngram_range": (1, 2)}
        try:
            vectorizer = TfidfVectorizer(sublinear_tf=True, **options).fit(known)
        except ValueError:  # No text has a word.
            return {}
        first = vectorizer.transform([example.text for example in examples])
        second = vectorizer.transform([example.other or "" for example in examples])
        return {"TF-IDF cosine": _compare(examples, first, second, labels)}


def _texts(example: SimilarityExample) -> list[str]:
    """The texts of an example; those that are not similar only where it is labelled."""
    texts = [example.text] if example.other is None else [example.text, example.other]
    return texts if example.score is None else [*texts, *example.negatives]


def _split(feature: Feature) -> list[tuple[int, ...]]:
    """The token ids of each text of a feature."""
    texts, start = [], 0
    for length in feature.extra or (len(feature.input_ids),):
        texts.append(feature.input_ids[start : start + length])
        start += length
    return texts


def _compare(
    examples: Sequence[SimilarityExample], first: Any, second: Any, labels: LabelSpace
) -> list[SimilarityPrediction]:
    """Cosines of pairs, from vectors of length 1 (dense or sparse rows).

    Labelled pairs that belong together also get the rank of the similar text among those of all.
    """
    product = first.multiply(second) if hasattr(first, "multiply") else first * second
    cosines = np.asarray(product.sum(axis=1), dtype=float).ravel()
    if labels.problem != "pairs" or any(example.score is None for example in examples):
        return [SimilarityPrediction(float(cosine)) for cosine in cosines]
    position: dict[str, int] = {}  # Of each different text, its first row.
    for row, example in enumerate(examples):
        position.setdefault(example.other or "", row)
    places = {text: place for place, text in enumerate(position)}
    own = [places[example.other or ""] for example in examples]
    ranks = ranks_of_own(first, second[list(position.values())], own)
    return [
        SimilarityPrediction(float(cosine), int(rank))
        for cosine, rank in zip(cosines, ranks, strict=True)
    ]


def _rank_gaps(truth: Sequence[float], predicted: Sequence[float]) -> np.ndarray:
    """How far each prediction's rank is from that of its score."""
    from scipy.stats import rankdata

    gaps: np.ndarray = np.abs(rankdata(truth) - rankdata(predicted))
    return gaps


TASK = SentenceSimilarity()

"""Summarization: a long text said in few words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from chainzoo.data.examples import TextPair
from chainzoo.metrics.text import rouge, sentences
from chainzoo.modeling.settings import LabelSpace
from chainzoo.tasks.predictions import TextOutput
from chainzoo.tasks.text_to_text import TextToText
from chainzoo.tasks.traits import TaskKeywords


class Summarization(TextToText):
    """Judged by ROUGE; Chinese words are jieba's."""

    name = "summarization"
    keywords = TaskKeywords(
        r"summari[sz]\w*|\bsummar(?:y|ies)\b|摘要|总结文本|文本总结|概括",
        priority=50,
    )
    longest = 96
    score_ranges = {"length_ratio": (0.0, math.inf)}

    def instruction(self, labels: LabelSpace) -> str:
        return "请概括下面的文字。" if labels.names[0] == "zh" else "Summarize the following text."

    def prefix(self, tokenizer: Any, labels: LabelSpace) -> str:
        """T5 was taught with these words (arXiv:1910.10683); mT5 was not taught any task."""
        return "summarize: " if type(tokenizer).__name__.startswith("T5") else ""

    def sufficient_statistics(
        self,
        examples: Sequence[TextPair],
        predictions: Sequence[TextOutput],
        labels: LabelSpace,
    ) -> np.ndarray:
        """ROUGE-L, -1, -2 and 1 of each row, and its length and the truth's in characters."""
        rows = []
        for example, prediction in zip(examples, predictions, strict=True):
            one, two, longest = rouge(prediction.text, example.targets)
            lengths = len(prediction.text), len(example.targets[0])
            rows.append([longest, one, two, 1.0, *lengths])
        return np.asarray(rows, dtype=float).reshape(len(rows), 6)

    def scores(self, counts: np.ndarray, labels: LabelSpace) -> dict[str, np.ndarray]:
        """Means of the F-measures of ROUGE-L, -1 and -2, from 0 to 1; and how long the texts are."""
        rows = np.maximum(counts[..., 3], 1)
        return {
            "rougeL": counts[..., 0] / rows,
            "rouge1": counts[..., 1] / rows,
            "rouge2": counts[..., 2] / rows,
            "length_ratio": counts[..., 4] / np.maximum(counts[..., 5], 1),
        }

    def baseline_predictions(
        self, train: Sequence[TextPair], examples: Sequence[TextPair], labels: LabelSpace
    ) -> dict[str, list[TextOutput]]:
        """The first sentence."""
        found = []
        for example in examples:
            start, end = sentences(example.text)[0]
            found.append(TextOutput(example.text[start:end]))
        return {"lead sentence": found}


TASK = Summarization()

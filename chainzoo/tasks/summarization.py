"""Summarization: a short text from a long one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from chainzoo.data.examples import TextPair
from chainzoo.metrics.generation import rouge
from chainzoo.metrics.words import sentence_spans
from chainzoo.modeling.settings import LabelSpace
from chainzoo.tasks.predictions import TextOutput
from chainzoo.tasks.text_to_text import TextToText
from chainzoo.tasks.traits import TaskKeywords


class Summarization(TextToText):
    """Scored by ROUGE; Chinese words are those of jieba."""

    name = "summarization"
    keywords = TaskKeywords(
        r"summari[sz]\w*|\bsummar(?:y|ies)\b|摘要|总结文本|文本总结|概括",
        priority=50,
    )
    max_new_tokens = 96
    score_ranges = {"length_ratio": (0.0, math.inf)}

    def instruction(self, labels: LabelSpace) -> str:
        return "请概括下面的文字。" if labels.names[0] == "zh" else "Summarize the following text."

    def prefix(self, tokenizer: Any, labels: LabelSpace) -> str:
        """T5 was trained with this prefix (arXiv:1910.10683); mT5 was trained with none."""
        return "summarize: " if type(tokenizer).__name__.startswith("T5") else ""

    def sufficient_statistics(
        self,
        examples: Sequence[TextPair],
        predictions: Sequence[TextOutput],
        labels: LabelSpace,
    ) -> np.ndarray:
        """Columns: ROUGE-L, -1, -2, 1, and the lengths of text and target in characters."""
        rows = []
        for example, prediction in zip(examples, predictions, strict=True):
            rouge_1, rouge_2, rouge_l = rouge(prediction.text, example.targets)
            lengths = len(prediction.text), len(example.targets[0])
            rows.append([rouge_l, rouge_1, rouge_2, 1.0, *lengths])
        return np.asarray(rows, dtype=float).reshape(len(rows), 6)

    def scores(self, counts: np.ndarray, labels: LabelSpace) -> dict[str, np.ndarray]:
        """Mean F-measures of ROUGE-L, -1 and -2, and the length relative to the targets'."""
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
        leads = []
        for example in examples:
            start, end = sentence_spans(example.text)[0]
            leads.append(TextOutput(example.text[start:end]))
        return {"lead sentence": leads}


TASK = Summarization()

"""What summarization and translation share: texts from texts.

An encoder-decoder reads the text, after the prefix that T5 knows its tasks by. A decoder-only model
gets an instruction and the text through its chat template.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from chainzoo.data.examples import TextPair, Turn
from chainzoo.data.language import detect_language
from chainzoo.metrics.generation import chrf, chrf_counts
from chainzoo.metrics.tables import ReportTable
from chainzoo.modeling.chat_template import loss_mask, prompt_ids
from chainzoo.modeling.features import Feature
from chainzoo.modeling.settings import LabelSpace
from chainzoo.tasks.base import read_text
from chainzoo.tasks.generation import MAX_SAMPLES, GenerationTask
from chainzoo.tasks.predictions import TextOutput

LANGUAGE_SAMPLES = 500  # Examples from which the languages are detected.
MAX_SHOWN_CHARACTERS = 300
TEXT_SHARE = 0.75  # Of ``max_length``, for the text in a prompt of a decoder-only model.


class TextToText(GenerationTask):
    """A task on ``TextPair``. A subclass provides the instruction, the prefix and the scores."""

    base_kinds: tuple[str, ...] = ("seq2seq", "causal")
    scored_by: Literal["text", "likelihood"] = "text"

    def instruction(self, labels: LabelSpace) -> str:
        """What a chat model is asked to do with the text that follows."""
        raise NotImplementedError

    def prefix(self, tokenizer: Any, labels: LabelSpace) -> str:
        """What precedes the text for an encoder-decoder."""
        return ""

    def label_space(self, examples: Sequence[TextPair], multi_label: bool = False) -> LabelSpace:
        """The languages of the texts and of the targets, where they can be detected."""
        sample = examples[:LANGUAGE_SAMPLES]
        source = detect_language([example.text for example in sample]).code
        target = detect_language([t for example in sample for t in example.targets]).code
        return LabelSpace((source, target), "text")

    def parse_input(self, value: Any) -> TextPair:
        return TextPair(read_text(value))

    def has_target(self, example: TextPair) -> bool:
        return bool(example.targets)

    def encode(
        self,
        examples: Sequence[TextPair],
        tokenizer: Any,
        labels: LabelSpace,
        max_length: int,
        stride: int,
    ) -> list[Feature]:
        """A feature for each target; texts that are too long are truncated."""
        if not examples:
            return []
        if tokenizer.is_seq2seq:
            return self._encode_seq2seq(examples, tokenizer, labels, max_length)
        return self._encode_causal(examples, tokenizer, labels, max_length)

    def prompts(
        self, examples: Sequence[TextPair], tokenizer: Any, labels: LabelSpace, max_length: int
    ) -> list[tuple[int, ...]]:
        if tokenizer.is_seq2seq:
            return self._sources(examples, tokenizer, labels, max_length)
        return [
            prompt_ids(self._question(e, tokenizer, labels, max_length), tokenizer, max_length)
            for e in examples
        ]

    def _encode_seq2seq(
        self, examples: Sequence[TextPair], tokenizer: Any, labels: LabelSpace, max_length: int
    ) -> list[Feature]:
        sources = self._sources(examples, tokenizer, labels, max_length)
        features = []
        for index, (example, ids) in enumerate(zip(examples, sources, strict=True)):
            for text in example.targets or (None,):
                target = None
                if text is not None:
                    coded = tokenizer(text_target=text, truncation=True, max_length=max_length)
                    target = tuple(coded["input_ids"])
                features.append(Feature(ids, index, target, by_token=True))
        return features

    def _sources(
        self, examples: Sequence[TextPair], tokenizer: Any, labels: LabelSpace, max_length: int
    ) -> list[tuple[int, ...]]:
        self.forced_token(tokenizer, labels)  # Sets the languages of some tokenizers.
        prefix = self.prefix(tokenizer, labels)
        texts = [prefix + example.text for example in examples]
        coded = tokenizer(texts, truncation=True, max_length=max_length, verbose=False)
        return [tuple(ids) for ids in coded["input_ids"]]

    def _encode_causal(
        self, examples: Sequence[TextPair], tokenizer: Any, labels: LabelSpace, max_length: int
    ) -> list[Feature]:
        features = []
        for index, example in enumerate(examples):
            question = self._question(example, tokenizer, labels, max_length)
            for text in example.targets:
                turns = (*question, Turn("assistant", text))
                for ids, targets in loss_mask(turns, tokenizer, max_length):
                    features.append(Feature(ids, index, targets, by_token=True))
        return features

    def _question(
        self, example: TextPair, tokenizer: Any, labels: LabelSpace, max_length: int
    ) -> tuple[Turn, ...]:
        """The instruction and the text, truncated to three quarters of the room."""
        coded = tokenizer(
            example.text, add_special_tokens=False, return_offsets_mapping=True, verbose=False
        )
        offsets = coded["offset_mapping"]
        max_tokens = max(int(TEXT_SHARE * max_length), 8)
        text = example.text
        if len(offsets) > max_tokens:
            text = text[: offsets[max_tokens - 1][1]]
        return (Turn("user", f"{self.instruction(labels)}\n\n{text}"),)

    def target_text(self, example: TextPair) -> str:
        """The first of the acceptable targets."""
        return next(iter(example.targets), "")

    def error_table(
        self, examples: Sequence[TextPair], predictions: Sequence[TextOutput], limit: int = 10
    ) -> ReportTable:
        """The texts with the lowest chrF."""
        scored = [
            (float(chrf(np.asarray(chrf_counts(p.text, e.targets)))), e, p)
            for e, p in zip(examples, predictions, strict=True)
        ]
        scored.sort(key=lambda row: row[0])
        rows = tuple(
            (round(score, 1), e.targets[0], p.text, e.text[:MAX_SHOWN_CHARACTERS])
            for score, e, p in scored[:limit]
        )
        return ReportTable("Farthest off", ("chrF", "expected", "generated", "text"), rows)

    def report_tables(
        self,
        examples: Sequence[TextPair],
        predictions: Sequence[TextOutput],
        labels: LabelSpace,
    ) -> list[ReportTable]:
        """Generated texts, evenly sampled."""
        step = max(1, len(examples) // MAX_SAMPLES)
        sample = list(zip(examples, predictions, strict=True))[::step][:MAX_SAMPLES]
        rows = tuple((e.text[:MAX_SHOWN_CHARACTERS], e.targets[0], p.text) for e, p in sample)
        return [ReportTable("A sample", ("text", "expected", "generated"), rows)]

"""A text into another: what summarization and translation share, with either kind of model.

An encoder-decoder reads the text (after the words that T5 knows its tasks by) and writes the
target. A decoder alone is told in words what to do, by its chat template.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from chainzoo.data.examples import TextPair, Turn
from chainzoo.metrics.tables import ReportTable
from chainzoo.modeling.chat_template import loss_mask, prompt_ids, with_template
from chainzoo.modeling.loading import load_language_model, load_tokenizer
from chainzoo.modeling.settings import Feature, GenerationOptions, LabelSpace, ModelSettings
from chainzoo.tasks.base import TaskBase, read_text
from chainzoo.tasks.predictions import TextOutput

ARCHITECTURE = "architecture.json"
SHOWN = 10


class GenerationTask(TaskBase):
    """What all tasks share whose model writes."""

    base_kinds: tuple[str, ...] = ("causal",)
    default_model = "smollm2-135m"
    works_untuned = True
    prediction_type = TextOutput

    def load_processor(self, folder: Path) -> Any:
        """The tokenizer; it knows (``is_seq2seq``) which kind of model it belongs to."""
        tokenizer = load_tokenizer(folder)
        known = folder / ARCHITECTURE
        if not known.exists():
            known = folder / "config.json"
        values = json.loads(known.read_text(encoding="utf-8"))
        tokenizer.is_seq2seq = bool(values.get("is_encoder_decoder"))
        return tokenizer if tokenizer.is_seq2seq else with_template(tokenizer)

    def save_processor(self, processor: Any, folder: Path) -> None:
        """The tokenizer's files, and which kind of model it belongs to."""
        processor.save_pretrained(folder)
        values = {"is_encoder_decoder": processor.is_seq2seq}
        (folder / ARCHITECTURE).write_text(json.dumps(values), encoding="utf-8")

    def build_model(self, base: Path, settings: ModelSettings) -> Any:
        from chainzoo.modeling.generation import GenerativeModel

        return GenerativeModel(
            load_language_model(base, quantization=settings.quantization), settings
        )

    def collate(
        self, features: Sequence[Feature], pad_id: int, labels: LabelSpace
    ) -> dict[str, Any]:
        """Padded ids and targets; packed rows have places that begin anew with each of their parts."""
        import torch

        from chainzoo.modeling.batches import pad

        batch = pad([feature.input_ids for feature in features], pad_id)
        target = [feature.target for feature in features]
        if all(row is not None for row in target):
            filled = torch.full((len(target), max(map(len, target))), -100)
            for at, row in enumerate(target):
                filled[at, : len(row)] = torch.tensor(row)
            batch["labels"] = filled
        if any(feature.extra for feature in features):
            batch["position_ids"] = _places(features, batch["input_ids"].shape)
            batch.pop("attention_mask")  # The places tell which ids belong together.
        return batch

    def decode(
        self,
        logits: Sequence[np.ndarray],
        features: Sequence[Feature],
        examples: Sequence[Any],
        labels: LabelSpace,
    ) -> list[TextOutput]:
        """Nothing was written where only logits were asked for."""
        return [TextOutput("") for _ in examples]


def _places(features: Sequence[Feature], shape: tuple[int, ...]) -> Any:
    import torch

    places = torch.zeros(shape, dtype=torch.long)
    for row, feature in enumerate(features):
        at = 0
        for length in (*(feature.extra or (len(feature.input_ids),)), shape[1]):
            end = min(at + length, shape[1])
            places[row, at:end] = torch.arange(end - at)
            at = end
    return places


def pack(features: Sequence[Feature], most: int) -> list[Feature]:
    """Several short ones in one row of at most ``most`` ids; they do not see each other.

    First fit, the longest first; ``extra`` has the lengths of the parts.
    """
    rows: list[list[Feature]] = []
    room: list[int] = []
    for feature in sorted(features, key=lambda f: -len(f.input_ids)):
        size = len(feature.input_ids)
        at = next((row for row, left in enumerate(room[-64:]) if left >= size), None)
        if at is None:
            rows.append([feature])
            room.append(most - size)
            continue
        at += max(len(room) - 64, 0)
        rows[at].append(feature)
        room[at] -= size
    return [_joined(row) for row in rows]


def _joined(parts: Sequence[Feature]) -> Feature:
    ids = tuple(token for part in parts for token in part.input_ids)
    # The first id of a part is no answer to the part before it.
    target = tuple(t for part in parts for t in (-100, *part.target[1:]))
    lengths = tuple(len(part.input_ids) for part in parts)
    return Feature(ids, parts[0].example, target, by_token=True, extra=lengths)


class TextToText(GenerationTask):
    """A task on ``TextPair``; a subclass says the instruction, the words for T5, and the scores."""

    base_kinds: tuple[str, ...] = ("seq2seq", "causal")
    scored_by = "text"
    longest = 128  # Tokens that are written at most, unless told otherwise.

    def instruction(self, labels: LabelSpace) -> str:
        """What a chat model is told to do with the text that follows."""
        raise NotImplementedError

    def prefix(self, tokenizer: Any, labels: LabelSpace) -> str:
        """What an encoder-decoder gets before the text."""
        return ""

    def forced(self, tokenizer: Any, labels: LabelSpace) -> int | None:
        """The id that an answer has to begin with."""
        return None

    def label_space(self, examples: Sequence[TextPair], multi_label: bool = False) -> LabelSpace:
        """The languages of texts and targets, as far as they can be told."""
        from chainzoo.data.language import detect_language

        texts = detect_language([e.text for e in examples[:500]]).code
        targets = detect_language([t for e in examples[:500] for t in e.targets]).code
        return LabelSpace((texts, targets), "text")

    def parse_input(self, value: Any) -> TextPair:
        return TextPair(read_text(value))

    def has_target(self, example: TextPair) -> bool:
        """Whether a true target is known."""
        return bool(example.targets)

    def encode(
        self,
        examples: Sequence[TextPair],
        tokenizer: Any,
        labels: LabelSpace,
        max_length: int,
        stride: int,
    ) -> list[Feature]:
        """A feature for each target; texts that are too long lose their end."""
        if not tokenizer.is_seq2seq:
            return self._encode_causal(examples, tokenizer, labels, max_length)
        if not examples:
            return []
        sources = self._sources(examples, tokenizer, labels, max_length)
        features = []
        for at, (example, ids) in enumerate(zip(examples, sources, strict=True)):
            for target in example.targets or (None,):
                learnt = None
                if target is not None:
                    told = tokenizer(text_target=target, truncation=True, max_length=max_length)
                    learnt = tuple(told["input_ids"])
                features.append(Feature(ids, at, learnt, by_token=True))
        return features

    def _sources(
        self, examples: Sequence[TextPair], tokenizer: Any, labels: LabelSpace, max_length: int
    ) -> list[tuple[int, ...]]:
        self.forced(tokenizer, labels)  # Tells some tokenizers the languages.
        prefix = self.prefix(tokenizer, labels)
        texts = [prefix + example.text for example in examples]
        coded = tokenizer(texts, truncation=True, max_length=max_length, verbose=False)
        return [tuple(ids) for ids in coded["input_ids"]]

    def _encode_causal(
        self, examples: Sequence[TextPair], tokenizer: Any, labels: LabelSpace, max_length: int
    ) -> list[Feature]:
        features = []
        for at, example in enumerate(examples):
            asked = self._asked(example, tokenizer, labels, max_length)
            for target in example.targets:
                turns = (*asked, Turn("assistant", target))
                for ids, learnt in loss_mask(turns, tokenizer, max_length):
                    features.append(Feature(ids, at, learnt, by_token=True))
        return features

    def _asked(
        self, example: TextPair, tokenizer: Any, labels: LabelSpace, max_length: int
    ) -> tuple[Turn, ...]:
        """The instruction and the text, of which at most three quarters of the room are kept."""
        coded = tokenizer(
            example.text, add_special_tokens=False, return_offsets_mapping=True, verbose=False
        )
        most, offsets = max(3 * max_length // 4, 8), coded["offset_mapping"]
        text = example.text if len(offsets) <= most else example.text[: offsets[most - 1][1]]
        return (Turn("user", f"{self.instruction(labels)}\n\n{text}"),)

    def prompts(
        self, examples: Sequence[TextPair], tokenizer: Any, labels: LabelSpace, max_length: int
    ) -> list[tuple[int, ...]]:
        """What the model goes on from."""
        if tokenizer.is_seq2seq:
            return self._sources(examples, tokenizer, labels, max_length)
        return [
            prompt_ids(self._asked(e, tokenizer, labels, max_length), tokenizer, max_length)
            for e in examples
        ]

    def generate(
        self,
        model: Any,
        processor: Any,
        examples: Sequence[TextPair],
        labels: LabelSpace,
        max_length: int,
        options: GenerationOptions,
    ) -> list[TextOutput]:
        from chainzoo.modeling.generation import write

        asked = self.prompts(examples, processor, labels, max_length)
        forced = self.forced(processor, labels)
        texts = write(model, processor, asked, options, self.longest, forced)
        return [TextOutput(text) for text in texts]

    def stream(
        self,
        model: Any,
        processor: Any,
        example: TextPair,
        labels: LabelSpace,
        max_length: int,
        options: GenerationOptions,
    ) -> Iterator[str]:
        from chainzoo.modeling.generation import stream

        (asked,) = self.prompts([example], processor, labels, max_length)
        forced = self.forced(processor, labels)
        return stream(model, processor, asked, options, self.longest, forced)

    def target_text(self, example: TextPair) -> str:
        """The first of the acceptable targets."""
        return next(iter(example.targets), "")

    def error_table(
        self, examples: Sequence[TextPair], predictions: Sequence[TextOutput], limit: int = 10
    ) -> ReportTable:
        """The texts that share least with what was wanted."""
        from chainzoo.metrics.text import chrf, chrf_counts

        scored = [
            (float(chrf(np.asarray(chrf_counts(p.text, e.targets)))), e, p)
            for e, p in zip(examples, predictions, strict=True)
        ]
        scored.sort(key=lambda row: row[0])
        rows = tuple(
            (round(score, 1), e.targets[0], p.text, e.text[:300]) for score, e, p in scored[:limit]
        )
        return ReportTable("Farthest off", ("chrF", "wanted", "written", "text"), rows)

    def report_tables(
        self,
        examples: Sequence[TextPair],
        predictions: Sequence[TextOutput],
        labels: LabelSpace,
    ) -> list[ReportTable]:
        """Some texts from all over the rows, as they were written."""
        step = max(1, len(examples) // SHOWN)
        chosen = list(zip(examples, predictions, strict=True))[::step][:SHOWN]
        rows = tuple((e.text[:300], e.targets[0], p.text) for e, p in chosen)
        return [ReportTable("A sample", ("text", "wanted", "written"), rows)]

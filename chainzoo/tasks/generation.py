"""What the tasks whose model generates text share, with encoder-decoders and decoders alike."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from chainzoo import atomic
from chainzoo.modeling.batches import pad
from chainzoo.modeling.chat_template import ensure_chat_template
from chainzoo.modeling.features import IGNORED, Feature
from chainzoo.modeling.loading import load_language_model, load_tokenizer
from chainzoo.modeling.packing import packed_positions
from chainzoo.modeling.settings import GenerationOptions, LabelSpace, ModelSettings
from chainzoo.tasks.base import TaskBase
from chainzoo.tasks.predictions import TextOutput

ARCHITECTURE_FILE = "architecture.json"
MAX_SAMPLES = 10  # Generated texts that a report shows.


class GenerationTask(TaskBase):
    """A task on a language model. A subclass provides ``encode``, ``prompts`` and the scores.

    ``max_new_tokens`` bounds a text unless the caller's options do. The processor is a tokenizer
    with an attribute ``is_seq2seq``, whether it is that of an encoder-decoder.
    """

    base_kinds: tuple[str, ...] = ("causal",)
    default_model = "smollm2-135m"
    works_untuned = True
    prediction_type = TextOutput
    max_new_tokens = 128

    def prompts(
        self, examples: Sequence[Any], tokenizer: Any, labels: LabelSpace, max_length: int
    ) -> list[tuple[int, ...]]:
        """The token ids that the model continues, or reads, for each example."""
        raise NotImplementedError

    def forced_token(self, tokenizer: Any, labels: LabelSpace) -> int | None:
        """The id that every text begins with; ``None`` if there is none."""
        return None

    def load_processor(self, folder: Path) -> Any:
        tokenizer = load_tokenizer(folder)
        file = folder / ARCHITECTURE_FILE
        if not file.exists():
            file = folder / "config.json"
        architecture = json.loads(file.read_text(encoding="utf-8"))
        tokenizer.is_seq2seq = bool(architecture.get("is_encoder_decoder"))
        return tokenizer if tokenizer.is_seq2seq else ensure_chat_template(tokenizer)

    def save_processor(self, processor: Any, folder: Path) -> None:
        processor.save_pretrained(folder)
        architecture = {"is_encoder_decoder": processor.is_seq2seq}
        atomic.write_text(folder / ARCHITECTURE_FILE, json.dumps(architecture))

    def build_model(self, base: Path, settings: ModelSettings) -> Any:
        from chainzoo.modeling.generative_model import GenerativeModel

        model = load_language_model(base, quantization=settings.quantization)
        return GenerativeModel(model, settings)

    def collate(
        self, features: Sequence[Feature], pad_id: int, labels: LabelSpace
    ) -> dict[str, Any]:
        """Padded ids and targets; packed rows get position ids in place of an attention mask."""
        import torch

        batch = pad([feature.input_ids for feature in features], pad_id)
        targets = [feature.target for feature in features]
        if all(target is not None for target in targets):
            padded = torch.full((len(targets), max(map(len, targets))), IGNORED)
            for row, target in enumerate(targets):
                padded[row, : len(target)] = torch.tensor(target)
            batch["labels"] = padded
        if any(feature.extra for feature in features):
            batch["position_ids"] = packed_positions(features, batch["input_ids"].shape)
            batch.pop("attention_mask")  # transformers derives it from the position ids.
        return batch

    def decode(
        self,
        logits: Sequence[np.ndarray],
        features: Sequence[Feature],
        examples: Sequence[Any],
        labels: LabelSpace,
    ) -> list[TextOutput]:
        """Empty texts: logits of the true texts are no generated ones."""
        return [TextOutput("") for _ in examples]

    def generate(
        self,
        model: Any,
        processor: Any,
        examples: Sequence[Any],
        labels: LabelSpace,
        max_length: int,
        options: GenerationOptions,
    ) -> list[TextOutput]:
        from chainzoo.modeling.generation import generate, generation_config

        prompts = self.prompts(examples, processor, labels, max_length)
        forced = self.forced_token(processor, labels)
        config = generation_config(model, processor, options, self.max_new_tokens, forced)
        texts = generate(model, processor, prompts, config, options.seed)
        return [TextOutput(text) for text in texts]

    def stream(
        self,
        model: Any,
        processor: Any,
        example: Any,
        labels: LabelSpace,
        max_length: int,
        options: GenerationOptions,
    ) -> Iterator[str]:
        from chainzoo.modeling.generation import generation_config, stream

        (prompt,) = self.prompts([example], processor, labels, max_length)
        forced = self.forced_token(processor, labels)
        config = generation_config(model, processor, options, self.max_new_tokens, forced)
        return stream(model, processor, prompt, config, options.seed)

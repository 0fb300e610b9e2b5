"""Encode the examples of a fine-tuning: texts to windows of token ids, with their targets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chainzoo.errors import RecipeError
from chainzoo.tasks import GenerativeTask, Task
from chainzoo.tuning.recipe import Recipe
from chainzoo.tuning.training_data import TrainingData

DEFAULT_MAX_LENGTH = 512


@dataclass(frozen=True, slots=True)
class EncodedData:
    """The examples of a task and their features: ``train`` and ``dev``, both padded by ``pad_id``."""

    task: Task
    data: TrainingData
    train: Sequence[Any]
    dev: Sequence[Any]
    pad_id: int

    def collate(self, features: Sequence[Any]) -> dict[str, Any]:
        """Return a batch of features as padded tensors."""
        return self.task.collate(features, self.pad_id, self.data.labels)


def encode_data(task: Task, processor: Any, recipe: Recipe, data: TrainingData) -> EncodedData:
    """Encode the training and the evaluation examples.

    Raises:
        RecipeError: the recipe asks for packing, and the task does not allow it.
    """
    max_length = recipe.max_length or DEFAULT_MAX_LENGTH

    def encode(examples: Sequence[Any]) -> list[Any]:
        return task.encode(
            examples,
            tokenizer=processor,
            labels=data.labels,
            max_length=max_length,
            stride=recipe.stride,
        )

    train = encode(data.train)
    if recipe.packing:
        train = _pack(task, train, max_length)
    return EncodedData(task, data, train, encode(data.dev), padding_id(processor))


def padding_id(processor: Any) -> int:
    """Return the token id that a tokenizer pads with; 0 where it has none."""
    return getattr(processor, "pad_token_id", None) or 0


def _pack(task: Task, features: Sequence[Any], max_length: int) -> list[Any]:
    """Join short features into rows of up to ``max_length`` tokens."""
    from chainzoo.modeling.packing import pack_features

    is_decoder_only = isinstance(task, GenerativeTask) and all(
        feature.target is not None and len(feature.target) == len(feature.input_ids)
        for feature in features
    )
    if not is_decoder_only:
        raise RecipeError(
            f"packing is for decoder-only generative models; the task is {task.name}.",
            remedy="Leave packing out.",
        )
    return pack_features(features, max_length)

"""What decides a network and its batches: labels, settings, features and generation options."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Problem = Literal["single", "multi", "tokens", "span", "score", "text", "pairs", "similarity"]


@dataclass(frozen=True, slots=True)
class LabelSpace:
    """The outputs of a model in the order of its head.

    ``names`` are classes, or tags (``O``, ``B-PER``, …) for token classification. ``problem`` is
    what is predicted: ``single`` (one class of all), ``multi`` (any number of classes), ``tokens``
    (a tag for each token), ``span`` (where an answer begins and ends), ``score`` (a number),
    ``text`` (generated text), ``pairs`` (vectors that bring the texts of a pair together) or
    ``similarity`` (vectors whose cosines order pairs by score).
    """

    names: tuple[str, ...]
    problem: Problem

    def index(self) -> dict[str, int]:
        """From a name to its position in the head."""
        return {name: position for position, name in enumerate(self.names)}


@dataclass(frozen=True, slots=True)
class Feature:
    """One row of a batch: the token ids of one window of one example.

    ``example`` is the position of the example it was made from. ``target`` is what the loss wants:
    a class id, a vector of 0 and 1, or a tag id per token id (-100 where there is none).
    ``positions`` are, for token classification, the token ids that carry a prediction, and
    ``words`` the token of the example that each of them predicts. With ``by_token`` each token has
    a loss of its own. ``extra`` is what else the task's ``collate`` or ``decode`` needs.
    """

    input_ids: tuple[int, ...]
    example: int
    target: Any = None
    positions: tuple[int, ...] = ()
    words: tuple[int, ...] = ()
    by_token: bool = False
    extra: Any = None


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """What a task needs to know to build its model on a base.

    ``method`` is the method of the recipe; ``quantization`` is a quantization config of
    transformers, with which the base is loaded.
    """

    labels: LabelSpace
    pooling: Literal["mean", "cls"] = "mean"
    dropout: float = 0.1
    class_weights: tuple[float, ...] | None = None
    label_smoothing: float = 0.0
    quantization: Any = None
    method: str = "full"


class GenerationOptions(BaseModel):
    """How text is written. At temperature 0 the likeliest token is taken, or the likeliest beam.

    ``num_beams`` above 1 searches that many ways at once; ``length_penalty`` above 0 favours long
    ones. ``max_new_tokens`` is the task's own when it is 0.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_new_tokens: int = Field(default=0, ge=0, le=8192)
    min_new_tokens: int = Field(default=0, ge=0, le=8192)
    num_beams: int = Field(default=1, ge=1, le=32)
    length_penalty: float = Field(default=1.0, ge=-5, le=5)
    no_repeat_ngram_size: int = Field(default=0, ge=0, le=20)
    temperature: float = Field(default=0.0, ge=0, le=5)
    top_p: float = Field(default=1.0, gt=0, le=1)
    seed: int = Field(default=13, ge=0)

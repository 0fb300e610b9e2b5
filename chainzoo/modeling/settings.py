"""Settings of networks and of generation: label space, model settings, generation options."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from chainzoo.modeling.pooling import Pooling

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
        """Map each name to its position in the head."""
        return {name: position for position, name in enumerate(self.names)}


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """The settings by which a task builds its model on a base.

    ``method`` is that of the recipe; ``quantization`` is a quantization config of transformers.
    """

    labels: LabelSpace
    pooling: Pooling = "mean"
    dropout: float = 0.1
    class_weights: tuple[float, ...] | None = None
    label_smoothing: float = 0.0
    quantization: Any = None
    method: str = "full"


class GenerationOptions(BaseModel):
    """How text is generated: greedily or by beam search at temperature 0, else by sampling.

    ``max_new_tokens`` of 0 stands for the task's own limit. A ``length_penalty`` above 0 favours
    longer beams.
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

"""Everything that decides a fine-tuning, validated, in and out of TOML."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from chainzoo.data import ReadOptions
from chainzoo.errors import RecipeError

# The fields that overrule what is guessed about a file.
READING = (
    "text_column",
    "label_column",
    "delimiter",
    "encoding",
    "header",
    "tag_scheme",
    "label_delimiter",
    "end_inclusive",
)

Method = Literal["full", "lora", "qlora", "head"]


class Recipe(BaseModel):
    """One fine-tuning. Every field has a default that is meant to be left alone.

    ``None`` means "decide when the model and the data are known"; the recipe that is stored with
    a tuned model has no ``None`` left in a field that decided something.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    task: str | None = Field(None, description="Task name; guessed from the data when left out.")
    model: str | None = Field(
        None, description="Card id of the base model; the task's own when left out."
    )
    method: Method = Field("lora", description="full, lora, qlora (CUDA) or head.")
    name: str | None = Field(
        None, description="Name of the tuned model; from the data when left out."
    )

    epochs: float = Field(3.0, gt=0, le=1000, description="Passes over the training examples.")
    learning_rate: float | None = Field(None, gt=0, le=1, description="Peak learning rate.")
    batch_size: int | None = Field(None, ge=1, le=4096, description="Examples a step at most.")
    batch_tokens: int = Field(
        4096, ge=16, le=1_000_000, description="Tokens (with padding) a step."
    )
    accumulation: int = Field(1, ge=1, le=1024, description="Batches summed before a step.")

    optimizer: Literal["adamw", "sgd"] = Field("adamw", description="Optimizer.")
    weight_decay: float = Field(0.01, ge=0, le=1, description="Decay of weights, not of biases.")
    momentum: float = Field(0.9, ge=0, lt=1, description="Momentum of SGD.")
    schedule: Literal["linear", "cosine", "constant", "polynomial"] = Field(
        "linear", description="PruningCallback of the learning rate after the warm-up."
    )
    warmup: float = Field(0.06, ge=0, lt=1, description="Share of the steps that warm up.")
    clip: float = Field(1.0, ge=0, description="Largest gradient norm; 0 does not clip.")
    class_weights: Literal["none", "balanced"] = Field(
        "none", description="Weights of rare classes."
    )
    label_smoothing: float = Field(
        0.0, ge=0, lt=1, description="Share of the target spread evenly."
    )
    dropout: float | None = Field(
        None, ge=0, lt=1, description="Dropout in the encoder's layers and before the head."
    )

    lora_rank: int = Field(16, ge=1, le=1024, description="Rank of the LoRA matrices.")
    lora_alpha: int = Field(32, ge=1, le=4096, description="Scale of the LoRA matrices.")
    lora_dropout: float = Field(0.0, ge=0, lt=1, description="Dropout inside LoRA.")
    lora_targets: tuple[str, ...] | None = Field(None, description="Layers that get LoRA.")
    freeze_embeddings: bool | None = Field(
        None, description="Leave the word embeddings as they are."
    )

    max_length: int | None = Field(None, ge=8, description="Tokens a window at most.")
    stride: int = Field(32, ge=0, description="Tokens that neighbouring windows share.")
    packing: bool = Field(
        False, description="Several short conversations in one row; they do not see each other."
    )
    pooling: Literal["mean", "cls"] | None = Field(
        None, description="How tokens become one vector."
    )

    holdout: float = Field(0.1, gt=0, lt=1, description="Share set aside to judge by.")
    patience: int | None = Field(
        None, ge=1, description="Epochs without gain before it stops early."
    )
    seed: int = Field(13, ge=0, le=2**31 - 1, description="Seed of everything random.")
    precision: Literal["auto", "float32", "bfloat16"] = Field("auto", description="Arithmetic.")
    trackers: tuple[Literal["tensorboard", "wandb"], ...] = Field(
        (), description="Experiment trackers."
    )

    text_column: str | None = Field(None, description="Column with the text.")
    label_column: str | None = Field(None, description="Column with the label, or the tag.")
    delimiter: str | None = Field(
        None, min_length=1, max_length=1, description="Between the columns."
    )
    encoding: str | None = Field(None, description="Such as utf-8 or gb18030.")
    header: bool | None = Field(None, description="Whether line 1 names the columns.")
    tag_scheme: Literal["iob1", "iob2", "bioes"] | None = Field(
        None, description="How tags are written."
    )
    label_delimiter: str | None = Field(
        None, min_length=1, description="Between several labels in one cell."
    )
    end_inclusive: bool | None = Field(
        None, description="Whether a span's end is its last character."
    )

    @property
    def read_options(self) -> ReadOptions:
        """How the data is to be read."""
        told = {name: getattr(self, name) for name in READING}
        return ReadOptions(task=self.task, **told)

    @classmethod
    def of(cls, **values: Any) -> Recipe:
        """A recipe from keyword values, of which those that are ``None`` count as not given.

        Raises:
            RecipeError: a value is unknown or out of range; names the field and the bounds.
        """
        try:
            return cls.model_validate(
                {key: value for key, value in values.items() if value is not None}
            )
        except ValidationError as error:
            raise RecipeError(
                _explain(error), remedy="See `chainzoo tune --help` for the settings."
            ) from None

    @classmethod
    def from_toml(cls, path: str | Path) -> Recipe:
        """The recipe in a TOML file.

        Raises:
            RecipeError: the file is missing, is not TOML, or holds a value that does not fit.
        """
        try:
            values = tomllib.loads(Path(path).read_text(encoding="utf-8"))
        except OSError as error:
            raise RecipeError(
                f"{path}: {error.strerror or error}.", remedy="Check the path."
            ) from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise RecipeError(
                f"{path}: not valid TOML: {error}.", remedy="Mend that line."
            ) from None
        return cls.of(**values)

    def to_toml(self) -> str:
        """TOML text from which ``from_toml`` makes an equal recipe."""
        import tomli_w

        return tomli_w.dumps(self.model_dump(mode="json", exclude_none=True))

    def for_task(self, task: str) -> Recipe:
        """A copy with the task, and with the task's usual model where none was chosen."""
        from chainzoo.tasks import get_task

        return self.with_values(task=task, model=self.model or get_task(task).default_model)

    def with_values(self, **values: Any) -> Recipe:
        """A copy with these values, validated; ``None`` values leave the field as it is."""
        return Recipe.of(
            **{**self.model_dump(), **{k: v for k, v in values.items() if v is not None}}
        )


def _explain(error: ValidationError) -> str:
    lines = []
    for problem in error.errors():
        field = ".".join(str(part) for part in problem["loc"])
        lines.append(f"recipe field {field!r}: {problem['msg']}, found {problem['input']!r}")
    return "; ".join(lines) + "."

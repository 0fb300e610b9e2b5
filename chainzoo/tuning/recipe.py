"""The recipe: every setting of a fine-tuning, validated, from keywords or TOML."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from chainzoo.data import ReadOptions
from chainzoo.errors import RecipeError

# Fields that are passed on to the reader of the data.
READ_FIELDS = (
    "text_column",
    "label_column",
    "delimiter",
    "encoding",
    "header",
    "quotes",
    "tag_scheme",
    "label_delimiter",
    "end_inclusive",
)

DEFAULT_BATCH_TOKENS = 4096

Method = Literal["full", "lora", "qlora", "head"]


class Recipe(BaseModel):
    """The settings of one fine-tuning. Every default is meant to be left alone.

    ``None`` means: decided when the model and the data are known, by
    ``chainzoo.tuning.defaults.resolve_recipe``. The recipe that is stored with a tuned model has
    those decisions in it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    task: str | None = Field(
        None, description="Name of the task; inferred from the data by default."
    )
    model: str | None = Field(
        None, description="Card of the base model; the task's default model by default."
    )
    method: Method = Field("lora", description="full, lora, qlora (CUDA only) or head.")
    name: str | None = Field(
        None, description="Name of the tuned model; derived from the file by default."
    )

    epochs: float = Field(3.0, gt=0, le=1000, description="Passes over the training examples.")
    learning_rate: float | None = Field(None, gt=0, le=1, description="Peak learning rate.")
    batch_size: int | None = Field(None, ge=1, le=4096, description="Maximum examples in a batch.")
    batch_tokens: int | None = Field(
        None, ge=16, le=1_000_000, description="Maximum tokens in a batch, padding included."
    )
    gradient_accumulation_steps: int = Field(
        1, ge=1, le=1024, description="Batches whose gradients are summed for a step."
    )

    optimizer: Literal["adamw", "sgd"] = Field("adamw", description="adamw or sgd.")
    weight_decay: float = Field(
        0.01, ge=0, le=1, description="Weight decay; biases and norms do not decay."
    )
    momentum: float = Field(0.9, ge=0, lt=1, description="Momentum of SGD.")
    lr_scheduler: Literal["linear", "cosine", "constant", "polynomial"] = Field(
        "linear", description="Schedule of the learning rate after the warm-up."
    )
    warmup_ratio: float = Field(0.06, ge=0, lt=1, description="Share of the steps that warm up.")
    max_grad_norm: float = Field(1.0, ge=0, description="Gradient clipping; 0 does not clip.")
    class_weights: Literal["none", "balanced"] = Field(
        "none", description="balanced weights the loss by the inverse frequency of each class."
    )
    label_smoothing: float = Field(
        0.0, ge=0, lt=1, description="Share of the target that is spread over all classes."
    )
    dropout: float | None = Field(
        None, ge=0, lt=1, description="Dropout in the encoder's layers and before the head."
    )

    lora_rank: int = Field(16, ge=1, le=1024, description="Rank of the LoRA matrices.")
    lora_alpha: int = Field(32, ge=1, le=4096, description="Scale of the LoRA matrices.")
    lora_dropout: float = Field(0.0, ge=0, lt=1, description="Dropout inside LoRA.")
    lora_target_modules: tuple[str, ...] | None = Field(
        None, description="Layers that get LoRA; all linear layers by default."
    )
    freeze_embeddings: bool | None = Field(
        None, description="Keep the word embeddings as they are."
    )

    max_length: int | None = Field(None, ge=8, description="Maximum tokens in a window.")
    stride: int = Field(32, ge=0, description="Tokens that neighbouring windows share.")
    packing: bool = Field(
        False,
        description="Join short conversations in one row; each attends to itself alone.",
    )
    pooling: Literal["mean", "cls"] | None = Field(
        None, description="How the tokens' vectors become one."
    )

    validation_split: float = Field(
        0.1, gt=0, lt=1, description="Share of the rows to evaluate on instead of training."
    )
    patience: int | None = Field(
        None, ge=1, description="Epochs without improvement after which training stops."
    )
    seed: int = Field(13, ge=0, le=2**31 - 1, description="Seed of all random numbers.")
    precision: Literal["auto", "float32", "bfloat16"] = Field(
        "auto", description="Floating-point format of the computation."
    )
    trackers: tuple[Literal["tensorboard", "wandb"], ...] = Field(
        (), description="Experiment trackers to report to."
    )

    text_column: str | None = Field(None, description="Column with the text.")
    label_column: str | None = Field(None, description="Column with the label or the tag.")
    delimiter: str | None = Field(
        None, min_length=1, max_length=16, description="Character or characters between columns."
    )
    encoding: str | None = Field(None, description="Encoding, such as utf-8 or gb18030.")
    header: bool | None = Field(None, description="Whether the first line names the columns.")
    quotes: bool | None = Field(
        None, description="Whether quotes enclose fields of a tab-separated file."
    )
    tag_scheme: Literal["iob1", "iob2", "bioes"] | None = Field(
        None, description="How tags mark the tokens of an entity."
    )
    label_delimiter: str | None = Field(
        None, min_length=1, description="Delimiter between several labels in one cell."
    )
    end_inclusive: bool | None = Field(
        None, description="Whether the end of a span is its last character."
    )

    @property
    def read_options(self) -> ReadOptions:
        """The options for reading the data."""
        return ReadOptions(task=self.task, **{name: getattr(self, name) for name in READ_FIELDS})

    @classmethod
    def of(cls, **values: Any) -> Recipe:
        """Build a recipe from keywords; ``None`` counts as not given.

        Raises:
            RecipeError: a field is unknown or its value invalid; the message names the field.
        """
        given = {name: value for name, value in values.items() if value is not None}
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            raise RecipeError(
                _explain(error), remedy="See `chainzoo tune --help` for the settings."
            ) from None

    @classmethod
    def load(cls, recipe: Recipe | str | Path | None = None, **values: Any) -> Recipe:
        """Build a recipe from another one, a TOML file or the defaults, with ``values`` on top.

        Raises:
            RecipeError: the file cannot be read, or a value is invalid.
        """
        if isinstance(recipe, str | Path):
            recipe = cls.from_toml(recipe)
        given = {name: value for name, value in values.items() if value is not None}
        return cls.of(**{**(recipe.model_dump(exclude_unset=True) if recipe else {}), **given})

    @classmethod
    def from_toml(cls, path: str | Path) -> Recipe:
        """Read a recipe from a TOML file.

        Raises:
            RecipeError: the file is missing, is not TOML, or has an invalid value.
        """
        return cls.of(**read_toml(path))

    def to_toml(self) -> str:
        """Return the recipe as TOML, from which ``from_toml`` reads an equal recipe."""
        import tomli_w

        return tomli_w.dumps(self.model_dump(mode="json", exclude_none=True))

    def for_task(self, task: str) -> Recipe:
        """Return a copy for ``task``, with its default model when the recipe names none."""
        from chainzoo.tasks import get_task

        return self.with_values(task=task, model=self.model or get_task(task).default_model)

    def with_values(self, **values: Any) -> Recipe:
        """Return a copy with these values; ``None`` leaves a field as it is.

        Raises:
            RecipeError: a field is unknown or its value invalid.
        """
        given = {name: value for name, value in values.items() if value is not None}
        return Recipe.of(**{**self.model_dump(), **given})


def _explain(error: ValidationError) -> str:
    problems = []
    for problem in error.errors():
        field = ".".join(str(part) for part in problem["loc"])
        problems.append(f"recipe field {field!r}: {problem['msg']}, found {problem['input']!r}")
    return "; ".join(problems) + "."


def read_toml(path: str | Path) -> dict[str, Any]:
    """Return the values of a TOML file with settings.

    Raises:
        RecipeError: the file is missing, or is not TOML.
    """
    try:
        return tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise RecipeError(f"{path}: {error.strerror or error}.", remedy="Check the path.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RecipeError(
            f"{path}: not valid TOML: {error}.", remedy="Correct that line."
        ) from None

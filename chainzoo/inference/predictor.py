"""A tuned model as a typed Runnable: text in, a prediction out, many at once in sorted batches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from chainzoo.errors import PredictionError
from chainzoo.inference.typed_runnable import PredictionRunnable
from chainzoo.tasks import GenerationOptions, GenerativeTask, Task
from chainzoo.tuning.forward import predict
from chainzoo.tuning.model_folder import LoadedModel, load


class Predictor(PredictionRunnable):
    """``invoke`` gives the typed prediction of the model's task, such as a ``TextPrediction``.

    The input is a text, or a row of values (a question and its context, say) where the task needs
    more. Models that write take options, such as ``num_beams=4`` or ``max_new_tokens=60``.

    ``batch`` makes one pass over all inputs, the longest first. ``predict_many`` takes a stream of
    any length and gives a stream, in constant memory.
    """

    def __init__(self, loaded: LoadedModel, name: str = "") -> None:
        self.loaded = loaded
        self.name = name or loaded.manifest.task

    @classmethod
    def load(
        cls,
        folder: Path,
        base: Path | None = None,
        *,
        name: str = "",
        precision: Literal["auto", "float32", "bfloat16"] = "auto",
    ) -> Predictor:
        """The predictor of the tuned model in ``folder``."""
        return cls(load(folder, base, precision), name)

    @property
    def task(self) -> str:
        """The task's name."""
        return self.loaded.manifest.task

    def predict(self, inputs: Sequence[Any], **options: Any) -> list[Any]:
        """The predictions for inputs, in their order; ``options`` are ``GenerationOptions``.

        Raises:
            PredictionError: an input is not what the task needs, or an option does not fit.
        """
        examples = read_inputs(self.loaded.task, inputs)
        return self.predict_examples(examples, **options)

    def predict_examples(self, examples: Sequence[Any], **options: Any) -> list[Any]:
        """The predictions for examples, whose own tokens are kept."""
        told = read_options(self.loaded.task, options)
        return predict(self.loaded, examples, options=told) if examples else []

    def stream_text(self, value: Any, **options: Any) -> Iterator[str]:
        """The pieces of a text as the model writes it.

        Raises:
            PredictionError: the model does not write.
        """
        task, loaded = self.loaded.task, self.loaded
        told = read_options(task, options) or GenerationOptions()
        if not isinstance(task, GenerativeTask):
            raise PredictionError(f"A model of {task.name} writes no text.", remedy="Call predict.")
        return task.stream(
            loaded.model,
            loaded.tokenizer,
            task.example(value),
            loaded.manifest.labels,
            loaded.manifest.max_length,
            told,
        )


def read_inputs(task: Task, inputs: Sequence[Any]) -> list[Any]:
    """Examples of what a user gives.

    Raises:
        PredictionError: an input is not what the task needs; which one is told.
    """
    examples = []
    for at, value in enumerate(inputs):
        try:
            examples.append(task.example(value))
        except PredictionError as error:
            raise PredictionError(f"Input {at + 1}: {error.message}", remedy=error.remedy) from None
    return examples


def read_options(task: Task, told: Mapping[str, Any]) -> GenerationOptions | None:
    """Options of a task that writes; ``None`` where none are told.

    Raises:
        PredictionError: the task takes none, or one does not fit.
    """
    if not told:
        return None
    if not isinstance(task, GenerativeTask):
        raise PredictionError(
            f"A model of {task.name} takes no options, found {', '.join(told)}.",
            remedy="Leave them out.",
        )
    try:
        return GenerationOptions.model_validate(told)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"]))
        raise PredictionError(
            f"Option {field!r}: {first['msg']}, found {first['input']!r}.",
            remedy=f"Options are {', '.join(GenerationOptions.model_fields)}.",
        ) from None

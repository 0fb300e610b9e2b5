"""A tuned model in this process as a typed Runnable."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from chainzoo.errors import InvalidInputsError, PredictionError
from chainzoo.inference.runnable import TaskPredictor
from chainzoo.tasks import GenerationOptions, GenerativeTask, Task
from chainzoo.tuning.forward import predict
from chainzoo.tuning.model_folder import LoadedModel, load_model


class Predictor(TaskPredictor):
    """``invoke`` returns the prediction of the model's task, such as a ``TextPrediction``.

    The input is a text, or a row of values where the task needs more (a question and its context,
    say). Generative models take options, such as ``num_beams=4`` or ``max_new_tokens=60``.

    ``batch`` is one pass over all inputs, sorted by length. ``predict_many`` reads a stream of any
    length in constant memory.
    """

    def __init__(self, loaded: LoadedModel, name: str = "") -> None:
        self.loaded = loaded
        self.task = loaded.manifest.task
        self.name = name or self.task

    @classmethod
    def load(
        cls,
        folder: Path,
        base: Path | None = None,
        *,
        name: str = "",
        precision: Literal["auto", "float32", "bfloat16"] = "auto",
    ) -> Predictor:
        """Load the tuned model in ``folder``, on its base model's folder where it needs one.

        Raises:
            RegistryError: the folder is damaged, or the base is needed and missing.
        """
        return cls(load_model(folder, base, precision), name)

    def predict(self, inputs: Sequence[Any], **options: Any) -> list[Any]:
        """Predict on ``inputs`` in one pass; ``options`` are ``GenerationOptions``.

        Raises:
            InvalidInputsError: inputs do not fit the task. PredictionError: an option does not.
        """
        return self.predict_examples(parse_inputs(self.loaded.task, inputs), **options)

    def predict_examples(self, examples: Sequence[Any], **options: Any) -> list[Any]:
        """Predict on examples of a data set; their own tokens are kept."""
        parsed = parse_options(self.loaded.task, options)
        return predict(self.loaded, examples, options=parsed) if examples else []

    def stream_text(self, value: Any, **options: Any) -> Iterator[str]:
        """Generate the text for one input, piece by piece.

        Raises:
            PredictionError: the model generates no text, or the input does not fit.
        """
        task, loaded = self.loaded.task, self.loaded
        parsed = parse_options(task, options) or GenerationOptions()
        if not isinstance(task, GenerativeTask):
            raise PredictionError(
                f"A model of {task.name} generates no text.", remedy="Call predict."
            )
        return task.stream(
            loaded.model,
            loaded.tokenizer,
            task.parse_input(value),
            loaded.manifest.labels,
            loaded.manifest.max_length,
            parsed,
        )


def parse_inputs(task: Task, inputs: Sequence[Any]) -> list[Any]:
    """The examples of a task that inputs mean.

    Raises:
        InvalidInputsError: inputs do not fit the task; it has the error of each.
    """
    examples, errors = [], {}
    for position, value in enumerate(inputs):
        try:
            examples.append(task.parse_input(value))
        except PredictionError as error:
            errors[position] = error
    if errors:
        raise InvalidInputsError(errors)
    return examples


def parse_options(task: Task, options: Mapping[str, Any]) -> GenerationOptions | None:
    """Validated options of a generative task; ``None`` where there are none.

    Raises:
        PredictionError: the task takes none, or one does not fit.
    """
    if not options:
        return None
    if not isinstance(task, GenerativeTask):
        raise PredictionError(
            f"A model of {task.name} takes no options, found {', '.join(options)}.",
            remedy="Leave them out.",
        )
    try:
        return GenerationOptions.model_validate(options)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"]))
        raise PredictionError(
            f"Option {field!r}: {first['msg']}, found {first['input']!r}.",
            remedy=f"Options are {', '.join(GenerationOptions.model_fields)}.",
        ) from None

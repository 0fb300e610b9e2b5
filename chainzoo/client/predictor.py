"""A server's tuned model as a typed Runnable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from chainzoo.client.transport import Transport
from chainzoo.errors import InvalidInputsError, PredictionError, RemoteError, TaskError
from chainzoo.inference.runnable import TaskPredictor
from chainzoo.tasks import get_task

PREDICT = "/v1/predict"


class RemotePredictor(TaskPredictor):
    """``invoke`` and ``batch`` return the same typed predictions as a local ``Predictor``."""

    def __init__(self, transport: Transport, ref: str, task: str) -> None:
        self.transport = transport
        self.name = ref
        self.task = task

    def predict(self, inputs: Sequence[Any], **options: Any) -> list[Any]:
        """Predict on ``inputs`` in one request.

        Raises:
            InvalidInputsError: inputs do not fit the task. RemoteError: the server refused, or
            did not answer.
        """
        if not inputs:
            return []
        body = {"model": self.name, "inputs": list(inputs), "options": options}
        try:
            response = self.transport.post(PREDICT, body)
        except RemoteError as error:
            invalid = error.details.get("input_errors")
            if not isinstance(invalid, dict) or not invalid:
                raise
            raise InvalidInputsError(
                {int(at): PredictionError(str(message)) for at, message in invalid.items()}
            ) from None
        return [parse_prediction(response["task"], value) for value in response["predictions"]]


def parse_prediction(task: str, value: Mapping[str, Any]) -> Any:
    """The typed prediction of a task from its JSON.

    Raises:
        RemoteError: the task is not known here, or the JSON does not fit its predictions.
    """
    try:
        return _adapter(task).validate_python(value, extra="forbid")
    except TaskError:
        raise RemoteError(
            f"The server's model is of task {task}, which is not installed here.",
            remedy="Install the package that adds the task.",
        ) from None
    except ValidationError as error:
        first = error.errors()[0]
        raise RemoteError(
            f"The server's prediction does not fit {task}:"
            f" {'.'.join(map(str, first['loc']))}: {first['msg']}.",
            remedy="Use the same version of ChainZoo on both sides.",
        ) from None


@lru_cache(maxsize=32)
def _adapter(task: str) -> TypeAdapter[Any]:
    return TypeAdapter(get_task(task).prediction_type)

"""Check that a model is of the task that a caller needs."""

from __future__ import annotations

from typing import Protocol

from chainzoo.errors import PredictionError


class HasTask(Protocol):
    """A named model of a task, such as a ``Predictor`` or a ``ModelRecord``."""

    @property
    def name(self) -> str | None:
        """The name that messages show."""
        ...

    @property
    def task(self) -> str:
        """The name of the task, such as ``text-classification``."""
        ...


def require_task(model: HasTask, task: str, purpose: str = "") -> None:
    """Check the task of ``model``; ``purpose`` names what needs it, such as ``--topics``.

    Raises:
        PredictionError: the model is of another task.
    """
    if model.task == task:
        return
    raise PredictionError(
        f"{model.name} is a model of {model.task}; {purpose or 'this'} needs a model of {task}.",
        remedy="List the models and their tasks with `chainzoo list`.",
    )

"""The tasks that models are tuned for: one module each.

Another package adds a task under the entry point group ``chainzoo.tasks``, a program with
``register_task``; ``chainzoo.plugins`` has the names that a task is written with.
"""

from __future__ import annotations

from chainzoo.errors import TaskError
from chainzoo.extension_points import ExtensionPoint, built_in_modules
from chainzoo.metrics.tables import ReportTable
from chainzoo.modeling.features import Feature
from chainzoo.modeling.settings import GenerationOptions, LabelSpace, ModelSettings
from chainzoo.tasks.predictions import Entity, TextPrediction, TokenPrediction
from chainzoo.tasks.protocol import GenerativeTask, Task

# Modules of this package that hold no task.
SUPPORTING = frozenset(
    {
        "base",
        "classification",
        "entity_tags",
        "generation",
        "predictions",
        "protocol",
        "text_to_text",
        "traits",
    }
)

TASKS: ExtensionPoint[Task] = ExtensionPoint(
    "chainzoo.tasks",
    {
        module.replace("_", "-"): value
        for module, value in built_in_modules(__path__, __name__, "TASK", SUPPORTING).items()
    },
)


def register_task(task: Task) -> None:
    """Add a task, or replace the one of its name, for the life of the process."""
    TASKS.register(task.name, task)


def unregister_task(name: str) -> None:
    """Remove the task that ``register_task`` added under ``name``."""
    TASKS.unregister(name)


def task_names() -> tuple[str, ...]:
    """The names of all tasks, sorted; nothing is imported."""
    return TASKS.names()


def get_task(name: str) -> Task:
    """The task of that name.

    Raises:
        TaskError: there is none; the names that exist are listed.
        PluginError: it belongs to another package and cannot be imported.
    """
    task = TASKS.get(name)
    if task is None:
        raise TaskError(
            f"There is no task {name!r}.", remedy=f"Tasks are: {', '.join(task_names())}."
        )
    return task


__all__ = [
    "Entity",
    "Feature",
    "GenerationOptions",
    "GenerativeTask",
    "LabelSpace",
    "ModelSettings",
    "ReportTable",
    "Task",
    "TextPrediction",
    "TokenPrediction",
    "get_task",
    "register_task",
    "task_names",
    "unregister_task",
]

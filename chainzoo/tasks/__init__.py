"""Tasks: one file each. A new one is a new file here, or an entry point ``chainzoo.tasks``."""

from __future__ import annotations

import importlib
import pkgutil
from importlib.metadata import entry_points
from typing import cast

from chainzoo.errors import TaskError
from chainzoo.metrics.tables import ReportTable
from chainzoo.modeling.settings import Feature, GenerationOptions, LabelSpace, ModelSettings
from chainzoo.tasks.predictions import Entity, TextPrediction, TokenPrediction
from chainzoo.tasks.protocol import GenerativeTask, Task

# Modules of this folder that several tasks share.
SUPPORTING = frozenset({"base", "entity_tags", "predictions", "protocol", "text_to_text"})

_registered: dict[str, Task] = {}


def register_task(task: Task) -> None:
    """Make a task known that lives outside this package, for as long as the program runs."""
    _registered[task.name] = task


def task_names() -> tuple[str, ...]:
    """The names of all tasks that can be tuned, sorted."""
    return tuple(sorted({*_own(), *_registered, *_entry_points()}))


def get_task(name: str) -> Task:
    """The task of that name.

    Raises:
        TaskError: there is none; the names that exist are told.
    """
    if name in _registered:
        return _registered[name]
    own = _own()
    if name in own:
        return cast(Task, importlib.import_module(f"{__name__}.{own[name]}").TASK)
    points = _entry_points()
    if name in points:
        return cast(Task, points[name])
    raise TaskError(f"There is no task {name!r}.", remedy=f"Tasks are: {', '.join(task_names())}.")


def _own() -> dict[str, str]:
    """Task name -> module: a module is a task's when it is not one of the supporting ones."""
    modules = (module.name for module in pkgutil.iter_modules(__path__))
    return {module.replace("_", "-"): module for module in modules if module not in SUPPORTING}


def _entry_points() -> dict[str, object]:
    return {point.name: point.load() for point in entry_points(group="chainzoo.tasks")}


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
]

"""Rows to evaluate on: all of them, or an even sample where a model has to generate each answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chainzoo.tasks import GenerativeTask, Task

MAX_GENERATED_ROWS = 200


def evaluation_sample(task: Task, examples: Sequence[Any]) -> tuple[tuple[Any, ...], list[str]]:
    """Return the examples to evaluate on, and a note for the report when they are not all.

    Generation takes seconds a row, so a task that is scored by its generated texts is evaluated
    on at most 200 rows, spread evenly over the data.
    """
    rows = tuple(examples)
    if not (isinstance(task, GenerativeTask) and task.scored_by == "text"):
        return rows, []
    if len(rows) <= MAX_GENERATED_ROWS:
        return rows, []
    step = len(rows) / MAX_GENERATED_ROWS
    sample = tuple(rows[int(index * step)] for index in range(MAX_GENERATED_ROWS))
    note = f"Evaluated on {MAX_GENERATED_ROWS} of {len(rows):,} rows, spread evenly over them."
    return sample, [note]

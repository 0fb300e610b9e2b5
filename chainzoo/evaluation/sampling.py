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
    note = f"Evaluated on {MAX_GENERATED_ROWS} of {len(rows):,} rows, spread evenly over them."
    return evenly_spaced(rows, MAX_GENERATED_ROWS), [note]


def evenly_spaced(rows: Sequence[Any], max_rows: int) -> tuple[Any, ...]:
    """Return at most ``max_rows`` rows, spread evenly: the first ones of a sorted file are alike."""
    if len(rows) <= max_rows:
        return tuple(rows)
    step = len(rows) / max_rows
    return tuple(rows[int(index * step)] for index in range(max_rows))

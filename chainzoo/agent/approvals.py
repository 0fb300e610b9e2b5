"""Approvals: which tool calls wait for a person, and what the person reads before deciding."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from chainzoo.errors import ChainZooError

if TYPE_CHECKING:
    from chainzoo.agent.planning.plan import TuningPlan

Planner = Callable[[Mapping[str, Any]], "TuningPlan"]

DESCRIPTIONS = {
    "stop_run": "Stop the run {run}. It can be resumed.",
    "predict_file": "Predict on every row of {data} with {model} and write {output}.",
    "promote_model": "Point {alias} to {model}.",
    "delete_model": "Delete {model}. This cannot be undone.",
}
DEFAULTS = {"alias": "production", "output": "a new file next to it"}


def describe_call(name: str, arguments: Mapping[str, Any]) -> str:
    """A sentence that says what a call would do; ``tune_model`` is described by its plan instead."""
    values = {**DEFAULTS, **{k: v for k, v in arguments.items() if v is not None}}
    return DESCRIPTIONS[name].format_map(_Arguments(values))


def is_auto_approved(
    name: str, arguments: Mapping[str, Any], planner: Planner, max_minutes: float | None
) -> bool:
    """Whether a call runs without asking a person.

    Nothing does when ``max_minutes`` is ``None``. Otherwise a fine-tuning does when its plan takes
    no longer, a deletion never does, and all other calls do.
    """
    if max_minutes is None or name == "delete_model":
        return False
    if name != "tune_model":
        return True
    try:
        return planner(arguments).minutes <= max_minutes
    except ChainZooError:
        return True  # The tool reports the error; there is nothing for a person to decide.


class _Arguments(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return f"({key} not given)"

"""tune_model, run_status, stop_run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from langchain_core.tools import BaseTool
from pydantic import Field

from chainzoo.agent.tools.arguments import (
    Arguments,
    CardId,
    DataFile,
    NewName,
    Nothing,
    RunRef,
    Task,
)
from chainzoo.agent.tools.factory import Answer, ToolContext, make_tool, named, quoted
from chainzoo.agent.tools.runs import find_run
from chainzoo.registry import RunRecord


class TuneModel(Arguments):
    """What is tuned, on what, and how."""

    data: DataFile = Field(description="File with labelled rows.")
    task: Task | Nothing = Field(None, description="Task, where the guess would be wrong.")
    model: CardId | Nothing = Field(
        None, description="Card of the base model; minilm-l6 if left out."
    )
    method: Literal["full", "lora", "qlora", "head"] | Nothing = Field(
        None, description="full, lora, qlora (CUDA) or head; lora if left out."
    )
    epochs: Annotated[float, Field(gt=0, le=1000)] | Nothing = Field(
        None, description="ReadWriteLock over the rows."
    )
    learning_rate: Annotated[float, Field(gt=0, le=1)] | Nothing = Field(
        None, description="Peak learning rate."
    )
    batch_size: Annotated[int, Field(ge=1, le=4096)] | Nothing = Field(
        None, description="Rows a step."
    )
    name: NewName | Nothing = Field(None, description="Name of the tuned model.")


class RunStatus(Arguments):
    """Which run."""

    run: RunRef | Nothing = Field(
        None, description="Run, or name of its model; the latest if left out."
    )


class StopRun(Arguments):
    """Which run."""

    run: RunRef = Field(description="Run, or name of the model that it makes.")


@dataclass(frozen=True, slots=True)
class StartedRun:
    """A fine-tuning that has begun."""

    run: str
    name: str
    data: str


def tools(context: ToolContext) -> list[BaseTool]:
    """The tools of this module."""

    def tune_model(data: str, **settings: Any) -> Answer:
        from chainzoo.agent.planning.resolved import recipe_from_arguments

        path = context.allowed_paths.resolve_readable(data)
        run = context.zoo.tune(path, recipe=recipe_from_arguments(settings))
        record = run.record
        method, base = record.recipe["method"], record.recipe["model"]
        text = (
            f"Tuning {base} ({method}) on {named([path.name])} has started as run {run.id}; the model will"
            f" be called {record.name}. Ask how it is going at any time."
        )
        return text, StartedRun(run.id, record.name, str(path))

    def run_status(run: str | None = None) -> Answer:
        found = find_run(context.zoo, run)
        record = found.record
        return _status(found, record), record

    def stop_run(run: str) -> Answer:
        found = find_run(context.zoo, run)
        found.stop()
        text = f"Asked {found.id} to stop; it does at its next step, and can be resumed."
        return text, found.record

    return [
        make_tool(
            "tune_model", "Fine-tune a model on a file; it goes on alone.", TuneModel, tune_model
        ),
        make_tool(
            "run_status", "Say how a fine-tuning is going, or how it ended.", RunStatus, run_status
        ),
        make_tool("stop_run", "Stop a fine-tuning; it can be resumed later.", StopRun, stop_run),
    ]


def _status(run: Any, record: RunRecord) -> str:
    if record.state == "finished" and run.report:
        return f"Run {record.id} is finished: {record.model}, {run.report['verdict']}"
    if record.error:
        return f"Run {record.id} is {record.state}: {quoted(record.error, 500)}"
    steps = [event.values for event in run.events(follow=False) if event.kind == "step"]
    if not steps:
        return f"Run {record.id} is {record.state}; no step is done yet."
    last = steps[-1]
    speed = last.get("steps_per_second") or 0
    left = f", {(last['steps'] - last['step']) / speed / 60:.1f} min left" if speed else ""
    return (
        f"Run {record.id} is {record.state}: step {last['step']} of {last['steps']}, loss"
        f" {last['loss']:.3f}{left if record.state == 'running' else ''}."
    )

"""The tools on fine-tunings: tune_model, run_status, stop_run; and models that are being tuned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from langchain_core.tools import BaseTool
from pydantic import Field

from chainzoo.agent.tools.arguments import (
    Arguments,
    CardId,
    DataFile,
    NewName,
    Omitted,
    RunReference,
    TaskName,
)
from chainzoo.agent.tools.factory import (
    Answer,
    ToolContext,
    join_names,
    make_tool,
    quote,
    report_progress,
)
from chainzoo.errors import UnknownModelError, UnknownRunError
from chainzoo.registry.runs import ACTIVE_STATES
from chainzoo.tuning.recipe import Method

if TYPE_CHECKING:
    from chainzoo.runs import Run
    from chainzoo.zoo import Zoo


class TuneModel(Arguments):
    """What to tune, on which data, and how."""

    data: DataFile = Field(description="File with labelled rows.")
    task: TaskName | Omitted = Field(None, description="Task, where the guess would be wrong.")
    model: CardId | Omitted = Field(
        None, description="Card of the base model; minilm-l6 if left out."
    )
    method: Method | Omitted = Field(
        None, description="full, lora, qlora (CUDA) or head; lora if left out."
    )
    epochs: Annotated[float, Field(gt=0, le=1000)] | Omitted = Field(
        None, description="Passes over the rows."
    )
    learning_rate: Annotated[float, Field(gt=0, le=1)] | Omitted = Field(
        None, description="Peak learning rate."
    )
    batch_size: Annotated[int, Field(ge=1, le=4096)] | Omitted = Field(
        None, description="Rows a step."
    )
    name: NewName | Omitted = Field(None, description="Name of the tuned model.")


class RunStatus(Arguments):
    """Which run to report on."""

    run: RunReference | Omitted = Field(
        None, description="Run, or name of its model; the latest if left out."
    )


class StopRun(Arguments):
    """Which run to stop."""

    run: RunReference = Field(description="Run, or name of the model that it makes.")


@dataclass(frozen=True, slots=True)
class StartedRun:
    """A fine-tuning that has started."""

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
        text = (
            f"Tuning {record.recipe['model']} ({record.recipe['method']}) on"
            f" {join_names([path.name])} has started as run {run.id}; the model will be called"
            f" {record.name}. Ask how it is going at any time."
        )
        return text, StartedRun(run.id, record.name, str(path))

    def run_status(run: str | None = None) -> Answer:
        match = find_run(context.zoo, run)
        return _status(match), match.record

    def stop_run(run: str) -> Answer:
        match = find_run(context.zoo, run)
        match.stop()
        text = f"{match.id} was asked to stop; it stops at its next step and can be resumed."
        return text, match.record

    return [
        make_tool(
            "tune_model",
            "Fine-tune a model on a file, in the background.",
            TuneModel,
            tune_model,
        ),
        make_tool(
            "run_status", "Say how a fine-tuning is going, or how it ended.", RunStatus, run_status
        ),
        make_tool("stop_run", "Stop a fine-tuning; it can be resumed later.", StopRun, stop_run),
    ]


def find_run(zoo: Zoo, run: str | None) -> Run:
    """Find a run by its id, by ``name@version``, or the latest by the model's name, or the latest.

    Raises:
        UnknownRunError: there is no such run.
        UnknownModelError: there is no such version.
    """
    runs = zoo.runs()
    if run is None and runs:
        return runs[0]
    # A version or an alias stands for the run that made it.
    made_by = zoo.describe(run).lineage.run if run and "@" in run else None
    for candidate in runs:
        if candidate.id in (run, made_by) or candidate.record.name == run:
            return candidate
    known = ", ".join(candidate.id for candidate in runs[:5])
    raise UnknownRunError(
        f"There is no run {run!r}." if run else "Nothing has been tuned yet.",
        remedy=f"The latest are {known}." if known else "Start one by tuning on a file.",
    )


def resolve_tuned_model(zoo: Zoo, model: str) -> str:
    """The ``name@version`` of a model; wait for it if it is being tuned.

    Raises:
        UnknownModelError: there is no such model, and no run that makes it.
    """
    for run in zoo.runs() if "@" not in model else []:
        if run.record.name == model and run.record.state in ACTIVE_STATES:
            return _wait(run, model)
    try:
        return zoo.describe(model).ref
    except UnknownModelError as error:
        names = sorted({record.name for record in zoo.models()})
        known = f"There are {', '.join(names)}." if names else "None has been tuned yet."
        raise UnknownModelError(error.message, remedy=known) from None


def _wait(run: Run, model: str) -> str:
    """Wait for the model that a run makes, and report its progress."""
    for event in run.events():
        if event.kind == "step":
            report_progress(tuning=model, step=event.values["step"], of=event.values["steps"])
    return run.wait().ref


def _status(run: Run) -> str:
    record = run.record
    if record.state == "finished" and run.report:
        return f"Run {record.id} is finished: {record.model}, {run.report['verdict']}"
    if record.error:
        return f"Run {record.id} is {record.state}: {quote(record.error, 500)}"
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

"""compare_models, evaluate_model."""

from __future__ import annotations

from langchain_core.tools import BaseTool
from pydantic import Field

from chainzoo.agent.tools.arguments import Arguments, DataFile, Names, Nothing, Task, TunedRef
from chainzoo.agent.tools.factory import Answer, ToolContext, make_tool, named, progress
from chainzoo.agent.tools.runs import when_tuned
from chainzoo.data import ReadOptions
from chainzoo.selection import Candidate


class CompareModels(Arguments):
    """On which data, and which models."""

    data: DataFile = Field(description="File with labelled rows.")
    task: Task | Nothing = Field(None, description="Task, where the guess would be wrong.")
    models: Names | Nothing = Field(None, description="Cards to compare.")


class EvaluateModel(Arguments):
    """Which model, on which data."""

    model: TunedRef = Field(description="Tuned model: name, name@version, name@alias.")
    data: DataFile = Field(description="File with labelled rows it was not tuned on.")


def tools(context: ToolContext) -> list[BaseTool]:
    """The tools of this module."""

    def compare_models(
        data: str, task: str | None = None, models: list[str] | None = None
    ) -> Answer:
        from chainzoo.selection import compare_models as compare

        found = compare(
            context.zoo.home,
            context.allowed_paths.resolve_readable(data),
            models=models,
            options=ReadOptions(task=task),
            progress=lambda model: progress(trying=model),
        )
        lines = [f"- {_line(candidate)}" for candidate in found.candidates]
        lines += [f"- {name} was left out: {why}" for name, why in found.left_out.items()]
        head = f"{found.verdict}\n{found.metric} on {found.rows:,} held-out rows of {named([found.data])}:"
        return "\n".join([head, *lines]), found

    def evaluate_model(model: str, data: str) -> Answer:
        path = context.allowed_paths.resolve_readable(data)
        ref = when_tuned(context.zoo, model)
        report = context.zoo.evaluate(ref, path)
        lines = [f"{ref} on {named([path.name])}: {report.verdict}", *report.notes]
        return "\n".join(lines), report

    return [
        make_tool(
            "compare_models",
            "Try several base models on some data and say which suits it best.",
            CompareModels,
            compare_models,
        ),
        make_tool(
            "evaluate_model",
            "Judge a tuned model on labelled data, with intervals and baselines.",
            EvaluateModel,
            evaluate_model,
        ),
    ]


def _line(candidate: Candidate) -> str:
    size = f", {candidate.size_mb:,.0f} MB" if candidate.size_mb else ""
    return (
        f"{candidate.name}: {candidate.score:.3f} (95 % interval {candidate.low:.3f} to"
        f" {candidate.high:.3f}), {candidate.seconds:.0f} s{size}"
    )

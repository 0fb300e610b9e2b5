"""The tools that evaluate: compare_models, evaluate_model."""

from __future__ import annotations

from collections.abc import Collection

from langchain_core.tools import BaseTool
from pydantic import Field

from chainzoo.agent.tools.arguments import (
    Arguments,
    CardIds,
    DataFile,
    ModelReference,
    Omitted,
    TaskName,
)
from chainzoo.agent.tools.factory import (
    Answer,
    ToolContext,
    join_names,
    make_tool,
    report_progress,
)
from chainzoo.agent.tools.runs import resolve_tuned_model
from chainzoo.data import ReadOptions
from chainzoo.selection import Candidate, Comparison


class CompareModels(Arguments):
    """Which models to compare, and on which data."""

    data: DataFile = Field(description="File with labelled rows.")
    task: TaskName | Omitted = Field(None, description="Task, where the guess would be wrong.")
    models: CardIds | Omitted = Field(None, description="Cards to compare.")


class EvaluateModel(Arguments):
    """Which model to evaluate, and on which data."""

    model: ModelReference = Field(description="Tuned model: name, name@version, name@alias.")
    data: DataFile = Field(description="File with labelled rows it was not tuned on.")


def tools(context: ToolContext) -> list[BaseTool]:
    """The tools of this module."""

    def compare_models(
        data: str, task: str | None = None, models: list[str] | None = None
    ) -> Answer:
        from chainzoo.selection import compare_models as compare

        comparison = compare(
            context.zoo.home,
            context.allowed_paths.resolve_readable(data),
            models=models,
            options=ReadOptions(task=task),
            on_trial=lambda name: report_progress(trying=name),
        )
        cards = {card.id for card in context.zoo.find()}
        return _summary(comparison, cards), comparison

    def evaluate_model(model: str, data: str) -> Answer:
        path = context.allowed_paths.resolve_readable(data)
        ref = resolve_tuned_model(context.zoo, model)
        report = context.zoo.evaluate(ref, path)
        lines = [f"{ref} on {join_names([path.name])}: {report.verdict}", *report.notes]
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
            "Evaluate a tuned model on labelled data, with intervals and baselines.",
            EvaluateModel,
            evaluate_model,
        ),
    ]


def _summary(comparison: Comparison, cards: Collection[str]) -> str:
    """The verdict, the card to tune if the chosen candidate has one, and every candidate."""
    card = comparison.choice.model
    lines = [comparison.verdict]
    if card in cards:
        lines.append(f"Recommended card: {card}")
    data = join_names([comparison.data])
    lines.append(f"{comparison.metric} on {comparison.rows:,} held-out rows of {data}:")
    lines += [f"- {_line(candidate)}" for candidate in comparison.candidates]
    lines += [f"- {name} was skipped: {reason}" for name, reason in comparison.skipped.items()]
    return "\n".join(lines)


def _line(candidate: Candidate) -> str:
    size = f", {candidate.size_mb:,.0f} MB" if candidate.size_mb else ""
    return (
        f"{candidate.name}: {candidate.score:.3f} (95 % interval {candidate.low:.3f} to"
        f" {candidate.high:.3f}), {candidate.seconds:.0f} s{size}"
    )

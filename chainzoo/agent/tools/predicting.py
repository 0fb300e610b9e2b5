"""predict, predict_file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from langchain_core.tools import BaseTool
from pydantic import Field

from chainzoo.agent.tools.arguments import Arguments, DataFile, Nothing, Texts, TunedRef
from chainzoo.agent.tools.factory import (
    Answer,
    ToolContext,
    make_tool,
    named,
    progress,
    quoted,
)
from chainzoo.agent.tools.runs import when_tuned


class Predict(Arguments):
    """Which model, on which texts."""

    model: TunedRef = Field(description="Tuned model: name, name@version, name@alias.")
    texts: Texts = Field(description="Texts to predict on, one or many.")


class PredictFile(Arguments):
    """Which model, on which file."""

    model: TunedRef = Field(description="Tuned model: name, name@version, name@alias.")
    data: DataFile = Field(description="File with a text a row.")
    output: DataFile | Nothing = Field(
        None, description="Where the predictions go (.csv or .jsonl)."
    )


@dataclass(frozen=True, slots=True)
class PredictionFile:
    """A file of predictions."""

    model: str
    output: Path
    rows: int


def tools(context: ToolContext) -> list[BaseTool]:
    """The tools of this module."""

    def predict(model: str, texts: list[str]) -> Answer:
        ref = when_tuned(context.zoo, model)
        answers = context.zoo.predictor(ref).predict(texts)
        lines = [f"{quoted(t)}: {_said(a)}" for t, a in zip(texts, answers, strict=True)]
        return f"{ref} says\n" + "\n".join(lines), answers

    def predict_file(model: str, data: str, output: str | None = None) -> Answer:
        from chainzoo.data import ReadOptions
        from chainzoo.inference.files import predict_file as write

        path = context.allowed_paths.resolve_readable(data)
        target = context.allowed_paths.resolve_writable(output or free_name(path))
        ref = when_tuned(context.zoo, model)
        told = ReadOptions()
        rows = write(context.zoo.predictor(ref), path, target, told, lambda n: progress(rows=n))
        return f"{ref} labelled {rows:,} rows; they are in {target}.", PredictionFile(
            ref, target, rows
        )

    return [
        make_tool("predict", "Say what a tuned model makes of some texts.", Predict, predict),
        make_tool(
            "predict_file",
            "Label every row of a file with a tuned model, into a new file.",
            PredictFile,
            predict_file,
        ),
    ]


def free_name(path: Path) -> Path:
    """A name beside ``path`` that no file has yet."""
    stem = path.with_name(f"{path.stem}.predictions.csv")
    number = 2
    while stem.exists():
        stem = path.with_name(f"{path.stem}.predictions-{number}.csv")
        number += 1
    return stem


def _said(answer: Any) -> str:
    if hasattr(answer, "entities"):
        found = [f"{quoted(e.text)} {named([e.label])} ({e.score:.2f})" for e in answer.entities]
        return ", ".join(found) or "no entity"
    if hasattr(answer, "labels"):
        return f"{named(answer.labels) or 'no label'} ({answer.score:.2f})"
    score = getattr(answer, "score", None)
    told = quoted(answer.summary(), 600)
    return told if score is None else f"{told} ({score:.2f})"

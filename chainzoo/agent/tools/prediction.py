"""The tools that predict: predict, predict_file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from langchain_core.tools import BaseTool
from pydantic import Field

from chainzoo.agent.tools.arguments import Arguments, DataFile, ModelReference, Omitted, Texts
from chainzoo.agent.tools.factory import (
    Answer,
    ToolContext,
    join_names,
    make_tool,
    quote,
    report_progress,
)
from chainzoo.agent.tools.runs import resolve_tuned_model


class Predict(Arguments):
    """Which model to call, and on which texts."""

    model: ModelReference = Field(description="Tuned model: name, name@version, name@alias.")
    texts: Texts = Field(description="Texts to predict on, one or many.")


class PredictFile(Arguments):
    """Which model to call, and on which file."""

    model: ModelReference = Field(description="Tuned model: name, name@version, name@alias.")
    data: DataFile = Field(description="File with a text a row.")
    output: DataFile | Omitted = Field(
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
        ref = resolve_tuned_model(context.zoo, model)
        predictions = context.zoo.predictor(ref).predict(texts)
        lines = [f"{quote(t)}: {_summary(p)}" for t, p in zip(texts, predictions, strict=True)]
        return f"{ref} says\n" + "\n".join(lines), predictions

    def predict_file(model: str, data: str, output: str | None = None) -> Answer:
        from chainzoo.data import ReadOptions
        from chainzoo.inference.files import predict_file as write_predictions

        path = context.allowed_paths.resolve_readable(data)
        target = context.allowed_paths.resolve_writable(output or unused_output_path(path))
        ref = resolve_tuned_model(context.zoo, model)
        read: list[str] = []
        rows = write_predictions(
            context.zoo.predictor(ref),
            path,
            target,
            ReadOptions(),
            lambda count: report_progress(rows=count),
            read.append,
        )
        text = f"{ref} labelled {rows:,} rows; they are in {target}. {quote(' '.join(read), 300)}"
        return text, PredictionFile(ref, target, rows)

    return [
        make_tool("predict", "Say what a tuned model predicts for some texts.", Predict, predict),
        make_tool(
            "predict_file",
            "Label every row of a file with a tuned model, into a new file.",
            PredictFile,
            predict_file,
        ),
    ]


def unused_output_path(path: Path) -> Path:
    """A path for predictions in the folder of ``path`` that no file has yet."""
    output = path.with_name(f"{path.stem}.predictions.csv")
    number = 2
    while output.exists():
        output = path.with_name(f"{path.stem}.predictions-{number}.csv")
        number += 1
    return output


def _summary(prediction: Any) -> str:
    if hasattr(prediction, "entities"):
        entities = [
            f"{quote(entity.text)} {join_names([entity.label])} ({entity.score:.2f})"
            for entity in prediction.entities
        ]
        return ", ".join(entities) or "no entity"
    if hasattr(prediction, "labels"):
        return f"{join_names(prediction.labels) or 'no label'} ({prediction.score:.2f})"
    score = getattr(prediction, "score", None)
    text = quote(prediction.summary(), 600)
    return text if score is None else f"{text} ({score:.2f})"

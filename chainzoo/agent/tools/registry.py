"""The tools on the registry: list_models, describe_model, promote_model, delete_model."""

from __future__ import annotations

from langchain_core.tools import BaseTool
from pydantic import Field

from chainzoo.agent.tools.arguments import Arguments, ModelReference, NewName, Omitted
from chainzoo.agent.tools.factory import Answer, ToolContext, join_names, make_tool
from chainzoo.registry import ModelRecord


class ListModels(Arguments):
    """No arguments."""


class DescribeModel(Arguments):
    """Which model to describe."""

    model: ModelReference = Field(description="Tuned model: name, name@version, name@alias.")


class PromoteModel(Arguments):
    """Which version gets the alias."""

    model: ModelReference = Field(description="Tuned model: name or name@version.")
    alias: NewName | Omitted = Field(None, description="Alias; production if left out.")


class DeleteModel(Arguments):
    """Which version to delete."""

    model: ModelReference = Field(description="Tuned model: name@version, or its only version.")


def tools(context: ToolContext) -> list[BaseTool]:
    """The tools of this module."""

    def list_models() -> Answer:
        models = context.zoo.models()
        lines = [f"{len(models)} tuned models:", *(f"- {_line(model)}" for model in models)]
        return "\n".join(lines) if models else "No model has been tuned yet.", models

    def describe_model(model: str) -> Answer:
        record = context.zoo.describe(model)
        return "\n".join([_line(record), record.report["verdict"], _origin(record)]), record

    def promote_model(model: str, alias: str = "production") -> Answer:
        record = context.zoo.promote(model, alias)
        return f"{record.name}@{alias} is now {record.ref}.", record

    def delete_model(model: str) -> Answer:
        record = context.zoo.delete(model)
        return f"{record.ref} is deleted.", record

    return [
        make_tool("list_models", "List the tuned models.", ListModels, list_models),
        make_tool(
            "describe_model",
            "Describe a tuned model: what it is, how good, and what it was made from.",
            DescribeModel,
            describe_model,
        ),
        make_tool(
            "promote_model",
            "Point an alias such as production to a version of a tuned model.",
            PromoteModel,
            promote_model,
        ),
        make_tool("delete_model", "Delete a version of a tuned model.", DeleteModel, delete_model),
    ]


def _line(model: ModelRecord) -> str:
    aliases = f" ({', '.join(model.aliases)})" if model.aliases else ""
    return (
        f"{model.ref}{aliases}: {model.task}, {model.method} on {model.base}, {model.metric}"
        f" {model.score:.3f}, {model.size_mb:g} MB"
    )


def _origin(model: ModelRecord) -> str:
    lineage = model.lineage
    return (
        f"Tuned on {join_names([lineage.data_name])} for {lineage.recipe['epochs']:g} epochs from"
        f" {lineage.base} by run {lineage.run or 'none'} at {model.created_at:%Y-%m-%d %H:%M} UTC."
    )

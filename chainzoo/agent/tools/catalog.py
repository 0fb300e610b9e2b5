"""The tool on the catalog: find_models."""

from __future__ import annotations

from typing import Annotated

from langchain_core.tools import BaseTool
from pydantic import Field

from chainzoo.agent.tools.arguments import Arguments, Language, License, Omitted, Query, TaskName
from chainzoo.agent.tools.factory import Answer, ToolContext, make_tool
from chainzoo.catalog import ModelCard

DEFAULT_LIMIT = 5


class FindModels(Arguments):
    """Facts and words that a model must match."""

    query: Query | Omitted = Field(None, description="Words, ranked by meaning.")
    task: TaskName | Omitted = Field(None, description="Task, such as text-classification.")
    language: Language | Omitted = Field(None, description="ISO 639-1 code, such as en or zh.")
    license: License | Omitted = Field(None, description="Licence, such as apache-2.0 or mit.")
    max_size_mb: Annotated[float, Field(gt=0)] | Omitted = Field(
        None, description="Largest size of the weights, MB."
    )
    limit: Annotated[int, Field(ge=1, le=50)] | Omitted = Field(
        None, description="How many to list."
    )


def tools(context: ToolContext) -> list[BaseTool]:
    """The tools of this module."""

    def find_models(query: str | None = None, limit: int = DEFAULT_LIMIT, **facts: str) -> Answer:
        cards = context.zoo.find(query, **facts)
        if not cards:
            filters = ", ".join(f"{name} {value}" for name, value in facts.items())
            return f"No card fits {filters or query}. Loosen one of the filters.", []
        lines = [f"- {_line(card)}" for card in cards[:limit]]
        more = f"\n… and {len(cards) - limit} more." if len(cards) > limit else ""
        return f"{len(cards)} models fit:\n" + "\n".join(lines) + more, cards[:limit]

    description = "Find pretrained models in the catalog by task, language, licence, size or words."
    return [make_tool("find_models", description, FindModels, find_models)]


def _line(card: ModelCard) -> str:
    facts = card.facts()
    values = (card.title, facts["size"], facts["languages"], facts["license"])
    first_sentence = card.description.split(". ")[0].rstrip(".")
    return f"{card.id}: {', '.join(values)}. {first_sentence}."

"""find_models."""

from __future__ import annotations

from typing import Annotated

from langchain_core.tools import BaseTool
from pydantic import Field

from chainzoo.agent.tools.arguments import Arguments, Language, License, Nothing, Question, Task
from chainzoo.agent.tools.factory import Answer, ToolContext, make_tool
from chainzoo.catalog import ModelCard

LIMIT = 5


class FindModels(Arguments):
    """What the model must be."""

    query: Question | Nothing = Field(None, description="Words, ranked by meaning.")
    task: Task | Nothing = Field(None, description="Task, such as text-classification.")
    language: Language | Nothing = Field(None, description="ISO 639-1 code, such as en or zh.")
    license: License | Nothing = Field(None, description="Licence, such as apache-2.0 or mit.")
    max_size_mb: Annotated[float, Field(gt=0)] | Nothing = Field(
        None, description="Largest size of the weights, MB."
    )
    limit: Annotated[int, Field(ge=1, le=50)] | Nothing = Field(
        None, description="How many to name."
    )


def tools(context: ToolContext) -> list[BaseTool]:
    """The tools of this module."""

    def find_models(
        query: str | None = None,
        task: Task | Nothing = None,
        language: str | None = None,
        license: str | None = None,  # noqa: A002
        max_size_mb: float | None = None,
        limit: int = LIMIT,
    ) -> Answer:
        facts = {
            "task": task,
            "language": language.lower() if language else None,
            "license": license.lower() if license else None,
            "max_size_mb": max_size_mb,
        }
        cards = context.zoo.find(query, **facts)
        if not cards:
            asked = ", ".join(f"{name} {value}" for name, value in facts.items() if value)
            return f"No card fits {asked}. Loosen one of them.", []
        lines = [f"- {_line(card)}" for card in cards[:limit]]
        more = f"\n… and {len(cards) - limit} more." if len(cards) > limit else ""
        return f"{len(cards)} models fit:\n" + "\n".join(lines) + more, cards[:limit]

    description = "Find pretrained models in the catalog by task, language, licence, size or words."
    return [make_tool("find_models", description, FindModels, find_models)]


def _line(card: ModelCard) -> str:
    facts = card.facts()
    said = f"{card.id}: {card.title}, {facts['size']}, {facts['languages']}, {facts['license']}"
    return f"{said}. {card.description.split('. ')[0].rstrip('.')}."

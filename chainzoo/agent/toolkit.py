"""All fifteen tools as a LangChain toolkit, for any LangChain agent."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from langchain_core.tools import BaseTool, BaseToolkit
from pydantic import ConfigDict, Field

from chainzoo.agent.allowed_paths import AllowedPaths
from chainzoo.agent.tools import (
    NAMES,
    catalog,
    data,
    documents,
    evaluation,
    prediction,
    registry,
    runs,
)
from chainzoo.agent.tools.factory import ToolContext
from chainzoo.zoo import Zoo

MODULES = (catalog, data, evaluation, runs, prediction, registry, documents)


class ZooToolkit(BaseToolkit):
    """The fifteen tools over a zoo.

    ``roots`` are folders in which files may be accessed, besides the working folder and the home.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True, extra="forbid")

    zoo: Zoo = Field(default_factory=Zoo)
    roots: Sequence[str | Path] | None = None

    @property
    def context(self) -> ToolContext:
        """The zoo and the allowed folders that the tools work with."""
        return ToolContext(self.zoo, AllowedPaths.of(self.zoo.home.root, self.roots))

    def get_tools(self) -> list[BaseTool]:
        """The tools, in the order of :data:`chainzoo.agent.tools.NAMES`."""
        context = self.context
        tools = {tool.name: tool for module in MODULES for tool in module.tools(context)}
        return [tools[name] for name in NAMES]

"""All tools at once, for any LangChain agent."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from langchain_core.tools import BaseTool, BaseToolkit
from pydantic import ConfigDict, Field

from chainzoo.agent.allowed_paths import AllowedPaths
from chainzoo.agent.tools import NAMES, data, documents, predicting
from chainzoo.agent.tools import catalog as finding
from chainzoo.agent.tools import evaluation as judging
from chainzoo.agent.tools import registry as keeping
from chainzoo.agent.tools import tuning as tuning_tools
from chainzoo.agent.tools.factory import ToolContext
from chainzoo.zoo import Zoo

MODULES: tuple[Any, ...] = (finding, data, judging, tuning_tools, predicting, keeping, documents)


class ZooToolkit(BaseToolkit):
    """The fifteen tools over a zoo.

    ``roots`` are folders besides the working folder and the home in which files may be touched.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    zoo: Zoo = Field(default_factory=Zoo)
    roots: Sequence[str | Path] | None = None

    @property
    def tool_context(self) -> ToolContext:
        """What the tools work with: the zoo, and the folders in which files may be touched."""
        return ToolContext(self.zoo, AllowedPaths.of(self.zoo.home.root, self.roots))

    def get_tools(self) -> list[BaseTool]:
        """The tools, in the order of the contract."""
        tool_context = self.tool_context
        made = {tool.name: tool for module in MODULES for tool in module.tools(tool_context)}
        return [made[name] for name in NAMES]

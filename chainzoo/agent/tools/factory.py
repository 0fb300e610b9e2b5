"""Turn a function into a tool: errors become sentences, progress is streamed, data is quoted."""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any

from langchain_core.tools import BaseTool, StructuredTool, ToolException

from chainzoo.agent.tools.arguments import Arguments, explain_validation_error
from chainzoo.errors import ChainZooError, unexpected_error_text

if TYPE_CHECKING:
    from chainzoo.agent.allowed_paths import AllowedPaths
    from chainzoo.zoo import Zoo

LOG = logging.getLogger(__name__)
MAX_QUOTED_CHARACTERS = 160  # Of a user's text in the result of a tool.
MAX_NAME_CHARACTERS = 60
MAX_NAMES = 8

PLAIN_NAME = re.compile(r"[\w.@/+#-]{1,40}")  # Cannot be read as anything but a name.

Answer = tuple[str, Any]


@dataclass(frozen=True, slots=True)
class ToolContext:
    """The zoo and the allowed folders that the tools work with."""

    zoo: Zoo
    allowed_paths: AllowedPaths


def make_tool(
    name: str, description: str, arguments: type[Arguments], function: Callable[..., Answer]
) -> BaseTool:
    """Build a tool that returns a short text and the object behind it.

    Every error becomes the result of the tool, as a sentence. The tool is sync and async.
    """

    @wraps(function)
    def run(**values: Any) -> Answer:
        try:
            return function(**{key: value for key, value in values.items() if value is not None})
        except ChainZooError as error:
            raise ToolException(str(error)) from error
        except OSError as error:
            raise ToolException(f"A file cannot be used: {error}.") from error
        except Exception as error:  # A library may raise anything.
            LOG.debug("%s failed", name, exc_info=True)
            raise ToolException(unexpected_error_text(error, name)) from error

    return StructuredTool(
        name=name,
        description=description,
        args_schema=arguments,
        func=run,
        response_format="content_and_artifact",
        handle_tool_error=True,
        handle_validation_error=explain_validation_error(name, arguments),
    )


def report_progress(**values: Any) -> None:
    """Stream how far a tool has come to whoever follows the agent."""
    from langgraph.config import get_stream_writer

    try:
        writer = get_stream_writer()
    except (RuntimeError, KeyError):  # Called outside of a graph.
        return
    writer(values)


def quote(text: object, max_characters: int = MAX_QUOTED_CHARACTERS) -> str:
    """Quote text from a file as data: in quotation marks, on one line, shortened.

    Control characters, including those that change the writing direction, are removed.
    """
    start = str(text)[: 4 * max_characters]
    line = "".join(" " if unicodedata.category(c)[0] == "C" else c for c in start)
    line = " ".join(line.split()).replace("“", '"').replace("”", '"')
    return f"“{line if len(line) <= max_characters else line[: max_characters - 1] + '…'}”"


def join_names(names: Iterable[object], max_names: int = MAX_NAMES) -> str:
    """Join names from a file, such as labels; each that is not a plain word is quoted."""
    texts = [str(name) for name in names]
    parts = [
        text if PLAIN_NAME.fullmatch(text) else quote(text, MAX_NAME_CHARACTERS)
        for text in texts[:max_names]
    ]
    if len(texts) > max_names:
        parts.append(f"{len(texts) - max_names:,} more")
    return ", ".join(parts)

"""How a function becomes a tool: errors told in a sentence, progress streamed, data quoted."""

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
from chainzoo.errors import ChainZooError

if TYPE_CHECKING:
    from chainzoo.agent.allowed_paths import AllowedPaths
    from chainzoo.zoo import Zoo

LOG = logging.getLogger(__name__)
LONGEST = 160  # Characters of a user's text that a result quotes.

PLAIN = re.compile(r"[\w.@/+#-]{1,40}")  # A name that can be nothing but a name.

Answer = tuple[str, Any]


@dataclass(frozen=True, slots=True)
class ToolContext:
    """The zoo and the allowed folders that the tools work with."""

    zoo: Zoo
    allowed_paths: AllowedPaths


def make_tool(
    name: str, description: str, arguments: type[Arguments], function: Callable[..., Answer]
) -> BaseTool:
    """A tool whose result is a short text and the object behind it; sync and async."""

    @wraps(function)
    def told_kindly(**given: Any) -> Answer:
        try:
            return function(**{key: value for key, value in given.items() if value is not None})
        except ChainZooError as error:
            raise ToolException(str(error)) from error
        except OSError as error:
            raise ToolException(f"A file cannot be used: {error}.") from error
        except Exception as error:  # A person gets a sentence, whatever a library raises.
            LOG.debug("%s failed", name, exc_info=True)
            first = (str(error).splitlines() or [""])[0][:300]
            raise ToolException(
                f"Something unforeseen went wrong in {name}: {type(error).__name__}: {first}"
            ) from error

    return StructuredTool(
        name=name,
        description=description,
        args_schema=arguments,
        func=told_kindly,
        response_format="content_and_artifact",
        handle_tool_error=True,
        handle_validation_error=explain_validation_error(name, arguments),
    )


def progress(**values: Any) -> None:
    """Tell whoever follows the agent how far a tool has come; nobody need listen."""
    from langgraph.config import get_stream_writer

    try:
        writer = get_stream_writer()
    except (RuntimeError, KeyError):  # Called outside of a graph.
        return
    writer(values)


def quoted(text: object, longest: int = LONGEST) -> str:
    """What comes out of a file, as data: in quotation marks, on one line, not too long.

    Control characters and those that turn the writing direction are left out.
    """
    seen = str(text)[: 4 * longest]
    plain = "".join(" " if unicodedata.category(c)[0] == "C" else c for c in seen)
    plain = " ".join(plain.split()).replace("“", '"').replace("”", '"')
    return f"“{plain if len(plain) <= longest else plain[: longest - 1] + '…'}”"


def named(names: Iterable[object], most: int = 8) -> str:
    """Names out of a file, such as labels: each quoted where it is not a plain word."""
    told = [str(name) for name in names]
    shown = [t if PLAIN.fullmatch(t) else quoted(t, 60) for t in told[:most]]
    more = [f"{len(told) - most:,} more"] if len(told) > most else []
    return ", ".join([*shown, *more])

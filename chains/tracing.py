"""Steps of an application as child runs, so that LangChain traces show each one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from langchain_core.runnables import RunnableLambda

Input = TypeVar("Input")
Output = TypeVar("Output")


def run_step(name: str, function: Callable[[Input], Output], value: Input) -> Output:
    """Call ``function`` with ``value`` as a run called ``name``.

    LangChain passes the callbacks, tags and metadata of the surrounding run on by a context
    variable; outside of a run this is a plain call.
    """
    return RunnableLambda(function, name=name).invoke(value)

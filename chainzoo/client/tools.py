"""A server's tools as LangChain tools."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from langchain_core.tools import BaseTool, StructuredTool, ToolException

from chainzoo.client.transport import Transport
from chainzoo.errors import RemoteError

Approve = Callable[[str, str], bool]
"""Asks a person: called with a tool's name and its plan, returns whether it is approved."""


def remote_tool(
    transport: Transport, description: dict[str, Any], approve: Approve | None
) -> BaseTool:
    """A tool that runs on a server, from its entry in the server's list of tools."""
    name = str(description["name"])

    def call(**arguments: Any) -> tuple[str, Any]:
        try:
            result = _call(transport, name, arguments, approve)
        except RemoteError as error:
            raise ToolException(str(error)) from error
        if result["failed"]:
            raise ToolException(result["text"])
        return result["text"], result["artifact"]

    return StructuredTool(
        name=name,
        description=str(description["description"]),
        args_schema=description["parameters"],
        func=call,
        response_format="content_and_artifact",
        handle_tool_error=True,
    )


def _call(
    transport: Transport, name: str, arguments: dict[str, Any], approve: Approve | None
) -> Any:
    """The result of a tool; a plan that a person approves is sent again until it stays the same.

    Raises:
        RemoteError: the server refused, or nobody approved.
    """
    body: dict[str, Any] = {"arguments": arguments}
    while True:
        try:
            return transport.post(f"/v1/tools/{name}", body)
        except RemoteError as error:
            if error.code != "approval_required":
                raise
            plan = str(error.details["plan"])
            if approve is None:
                raise RemoteError(
                    f"{name} needs a person's approval: {plan} Nothing was done.",
                    remedy="Give RemoteZoo.tools a function `approve`.",
                ) from None
            if not approve(name, plan):
                raise RemoteError(f"The person declined: {name} was not run.") from None
            body["confirm"] = error.details["confirm"]

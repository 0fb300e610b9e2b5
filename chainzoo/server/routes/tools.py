"""``/v1/tools``: the agent's tools over HTTP."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from pydantic import ConfigDict, Field
from starlette.responses import Response

from chainzoo.agent.tools import REQUIRES_APPROVAL
from chainzoo.server.errors import APIError
from chainzoo.server.json_response import SafeJSONResponse
from chainzoo.server.request_models import StrictModel, StrictRequest
from chainzoo.server.services import Services, get_services

ROUTE = "/v1/tools/{name}"
router = APIRouter(tags=["ChainZoo"])


class ToolRequest(StrictRequest):
    """The arguments of a call, and the confirmation of its plan where one is required."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"arguments": {"query": "small and multilingual"}}]}
    )

    arguments: dict[str, Any] = Field(default_factory=dict)
    confirm: str | None = Field(
        default=None, description="The `confirm` of an earlier response 409, to approve its plan."
    )


class ToolResponse(StrictModel):
    """The output of a tool: a text for a conversation, and plain values for programs."""

    text: str
    artifact: Any = None
    failed: bool


class ToolInfo(StrictModel):
    """A tool, with the JSON schema of its arguments."""

    name: str
    description: str
    parameters: dict[str, Any]
    requires_approval: bool


class ToolList(StrictModel):
    """All tools."""

    tools: list[ToolInfo]


@router.get("/v1/tools", response_model=ToolList, summary="List tools")
async def list_tools(request: Request) -> Response:
    """The agent's tools, with the JSON schemas of their arguments."""
    services = get_services(request)
    tools = [
        {
            "name": name,
            "description": tool.description,
            "parameters": services.tool_runner.schema(name),
            "requires_approval": name in REQUIRES_APPROVAL,
        }
        for name, tool in services.tool_runner.tools.items()
    ]
    return SafeJSONResponse({"tools": tools})


@router.post(ROUTE, response_model=ToolResponse, summary="Call a tool")
async def call_tool(request: Request, name: str, body: ToolRequest) -> Response:
    """Call a tool with arguments.

    A tool that requires approval responds 409 first, with what it would do as `error.plan`, and
    a code as `error.confirm`. When a person has approved the plan, send the call again with that
    `confirm`. Errors of the tool itself are in its `text`, with `failed` set.
    """
    services = get_services(request)
    tools = services.tool_runner.tools
    if name not in tools:
        raise APIError(
            404,
            "tool_not_found",
            f"There is no tool {name[:80]!r}.",
            remedy=f"There are {', '.join(tools)}.",
        )
    services.record(request, ROUTE, 1, body.arguments, tool=name)
    output = await services.run(request, services.agent_calls, lambda: _call(services, name, body))
    return SafeJSONResponse(output)


def _call(services: Services, name: str, body: ToolRequest) -> dict[str, Any]:
    """The output of a tool.

    Raises:
        APIError: 409, the call requires approval, and the request does not confirm its plan.
    """
    approval = services.tool_runner.pending_approval(name, body.arguments)
    if approval is not None and not services.tool_runner.is_confirmed(approval, body.confirm):
        raise APIError(
            409,
            "approval_required",
            f"{name} requires the approval of a person.",
            remedy="When they have approved the plan, send the call again with `confirm`.",
            details={"plan": approval.description, "confirm": approval.code},
        )
    output = services.tool_runner.call(name, body.arguments)
    return {"text": output.text, "artifact": output.artifact, "failed": output.failed}

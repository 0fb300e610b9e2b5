"""``/v1/tools``: the fifteen tools over HTTP; those that ask a person first need a yes."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from chainzoo.agent.tools import REQUIRES_APPROVAL
from chainzoo.server.errors import APIError, Json
from chainzoo.server.openai_schemas import Body
from chainzoo.server.services import Services

ROUTE = "/v1/tools/{name}"


class ToolRequest(Body):
    """The arguments; and the code of the answer 409, when a person has said yes to its plan."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"arguments": {"query": "small and multilingual"}}]},
    )

    arguments: dict[str, Any] = Field(default_factory=dict)
    confirm: str | None = None


class ToolAnswer(BaseModel):
    """A text for the talk, and plain values for programs."""

    text: str
    artifact: Any = None
    failed: bool


def routes(services: Services) -> APIRouter:
    """The routes of this module."""
    router = APIRouter(tags=["ChainZoo"])
    box = services.toolbox

    @router.get("/v1/tools", summary="The tools, with the JSON schema of their arguments")
    async def tools() -> Response:
        lines = [
            {
                "name": name,
                "description": tool.description,
                "parameters": box.schema(name),
                "asks_first": name in REQUIRES_APPROVAL,
            }
            for name, tool in box.tools.items()
        ]
        return Json({"tools": lines})

    @router.post(ROUTE, response_model=ToolAnswer, summary="ToolCallBody a tool")
    async def call(request: Request, name: str, told: ToolRequest) -> Response:
        if name not in box.tools:
            raise APIError(
                404,
                "tool_not_found",
                f"There is no tool {name[:80]!r}.",
                remedy=f"There are {', '.join(box.tools)}.",
            )
        services.note(request, ROUTE, 1, told.arguments, tool=name)

        def work() -> dict[str, Any]:
            asked = box.asks(name, told.arguments)
            if asked is not None and not box.is_yes(asked, told.confirm):
                raise APIError(
                    409,
                    "approval_required",
                    f"{name} asks a person first.",
                    remedy="When they have said yes to the plan, send it again with confirm.",
                    more={"plan": asked.description, "confirm": asked.code},
                )
            done = box.call(name, told.arguments)
            return {"text": done.text, "artifact": done.artifact, "failed": done.failed}

        return Json(await services.do(request, services.talks, work))

    return router

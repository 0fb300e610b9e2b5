"""``McpTools``: the agent's tools in the types of MCP, with approval asked for in the client."""

from __future__ import annotations

import asyncio
import hmac
from typing import Any

import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from chainzoo.agent.tools import REQUIRES_APPROVAL
from chainzoo.server.tool_runner import DESTRUCTIVE, READ_ONLY, PendingApproval, ToolRunner

APPROVAL = "approval"
"""The key of the approval among the inputs that a client is asked for."""
APPROVAL_FORM: dict[str, Any] = {
    "type": "object",
    "properties": {
        "approve": {"type": "boolean", "title": "Approve", "description": "Do it as described."}
    },
    "required": ["approve"],
}
NO_ELICITATION = (
    "{tool} requires the approval of a person, and this client cannot ask for it (it does not"
    " support elicitation). The call would do this: {plan}\nNothing was done. Start the server with"
    " `chainzoo mcp --yes` to approve such calls beforehand (never a deletion), or use the"
    " `chainzoo` command."
)
Context = ServerRequestContext[Any, Any]
CallResult = types.CallToolResult | types.InputRequiredResult


class McpTools:
    """The handlers of an MCP server for ``tools/list`` and ``tools/call``."""

    def __init__(self, runner: ToolRunner) -> None:
        self.runner = runner

    async def list_tools(
        self, context: Context, params: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        """All tools, on one page."""
        return types.ListToolsResult(tools=[self._tool(name) for name in self.runner.tools])

    def _tool(self, name: str) -> types.Tool:
        title = name.replace("_", " ").capitalize()
        approval = " Requires the approval of a person." if name in REQUIRES_APPROVAL else ""
        return types.Tool(
            name=name,
            title=title,
            description=self.runner.tools[name].description + approval,
            input_schema=self.runner.schema(name),
            annotations=types.ToolAnnotations(
                title=title,
                read_only_hint=name in READ_ONLY,
                destructive_hint=name in DESTRUCTIVE,
                idempotent_hint=name in READ_ONLY or name in DESTRUCTIVE,
                open_world_hint=False,
            ),
        )

    async def call_tool(self, context: Context, params: types.CallToolRequestParams) -> CallResult:
        """Call a tool. Its errors are in the result, for the model to correct its call.

        Raises:
            MCPError: there is no such tool.
        """
        name, arguments = params.name, params.arguments or {}
        if name not in self.runner.tools:
            known = ", ".join(self.runner.tools)
            raise MCPError(types.INVALID_PARAMS, f"There is no tool {name!r}. There are {known}.")
        approval = await asyncio.to_thread(self.runner.pending_approval, name, arguments)
        if approval is not None:
            unapproved = await self._request_approval(context, params, approval)
            if unapproved is not None:
                return unapproved
        output = await asyncio.to_thread(self.runner.call, name, arguments)
        # Earlier versions of the protocol require structured content to be an object.
        structured = {"result": output.artifact} if output.artifact is not None else None
        return _result(output.text, failed=output.failed, structured=structured)

    async def _request_approval(
        self, context: Context, params: types.CallToolRequestParams, approval: PendingApproval
    ) -> CallResult | None:
        """``None`` when a person approved exactly this call, else the response to the client."""
        if not _supports_forms(context):
            text = NO_ELICITATION.format(tool=params.name, plan=approval.description)
            return _result(text, failed=True)
        form = types.ElicitRequestFormParams(
            message=f"{params.name}: {approval.description}", requested_schema=APPROVAL_FORM
        )
        if context.protocol_version not in MODERN_PROTOCOL_VERSIONS:
            answer = await context.session.elicit_form(
                form.message, APPROVAL_FORM, context.request_id
            )
            return None if _is_approval(answer) else _declined(params.name, answer)
        response = (params.input_responses or {}).get(APPROVAL)
        # The state is the code of the plan that was shown; another plan is asked about anew.
        state = (params.request_state or "").encode()
        if response is not None and hmac.compare_digest(state, approval.code.encode()):
            return None if _is_approval(response) else _declined(params.name, response)
        return types.InputRequiredResult(
            input_requests={APPROVAL: types.ElicitRequest(params=form)},
            request_state=approval.code,
        )


def _supports_forms(context: Context) -> bool:
    """Whether the client can show a form to a person."""
    capabilities = context.session.client_capabilities
    elicitation = capabilities.elicitation if capabilities else None
    return elicitation is not None and (elicitation.form is not None or elicitation.url is None)


def _is_approval(answer: Any) -> bool:
    if not isinstance(answer, types.ElicitResult) or answer.action != "accept":
        return False
    return (answer.content or {}).get("approve") is True


def _declined(tool: str, answer: Any) -> types.CallToolResult:
    cancelled = getattr(answer, "action", "decline") == "cancel"
    reason = "dismissed the question" if cancelled else "did not approve it"
    return _result(f"The person {reason}: {tool} was not done.", failed=True)


def _result(text: str, *, failed: bool, structured: Any = None) -> types.CallToolResult:
    content: list[types.ContentBlock] = [types.TextContent(text=text)]
    return types.CallToolResult(content=content, structured_content=structured, is_error=failed)

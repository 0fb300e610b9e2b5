"""The middleware that asks a person, and checks that a fine-tuning runs as it was approved."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from langchain.agents.middleware import AgentMiddleware, HumanInTheLoopMiddleware
from langchain_core.messages import ToolMessage
from langgraph.types import Command, interrupt

from chainzoo import atomic
from chainzoo.agent.approvals import Planner, describe_call, is_auto_approved
from chainzoo.agent.tools import REQUIRES_APPROVAL
from chainzoo.errors import ChainZooError

if TYPE_CHECKING:
    from langchain.agents.middleware.types import ToolCallRequest
    from langchain_core.messages import ToolCall

    from chainzoo.agent.planning.plan import TuningPlan
    from chainzoo.home import Home

Result = ToolMessage | Command[Any]


def build_approval_middleware(
    home: Home, planner: Planner, auto_approve_minutes: float | None = None
) -> tuple[AgentMiddleware[Any, Any], AgentMiddleware[Any, Any]]:
    """The middleware that asks a person, and the one that checks a fine-tuning against its plan.

    With ``auto_approve_minutes``, calls that take no longer by their plan run without asking; see
    :func:`chainzoo.agent.approvals.is_auto_approved`.
    """
    shown_plans = ShownPlans(home.cache / "plans")
    describer = _Describer(planner, shown_plans)

    def requires_approval(request: ToolCallRequest) -> bool:
        call = request.tool_call
        return not is_auto_approved(call["name"], call["args"], planner, auto_approve_minutes)

    interrupt_on: dict[str, Any] = {
        name: {
            "allowed_decisions": ["approve", "edit", "reject"],
            "description": describer,
            "when": requires_approval,
        }
        for name in REQUIRES_APPROVAL
    }
    human = HumanInTheLoopMiddleware(interrupt_on=interrupt_on, interrupt_mode="per_call")
    return human, PlanCheckMiddleware(planner, shown_plans)


class ShownPlans:
    """The plans that a person was shown, by the id of the call. They outlive the process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fingerprints(self, call_id: str) -> list[str]:
        """The fingerprints of the plans that were shown for a call, in their order."""
        path = self._path(call_id)
        return list(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else []

    def add(self, call_id: str, plan: TuningPlan) -> None:
        """Record that a person was shown a plan."""
        fingerprints = [*self.fingerprints(call_id), plan.fingerprint]
        atomic.write_text(self._path(call_id), json.dumps(fingerprints))

    def _path(self, call_id: str) -> Path:
        return self.folder / f"{re.sub(r'[^A-Za-z0-9_-]', '_', call_id)}.json"


class PlanCheckMiddleware(AgentMiddleware[Any, Any]):
    """Run a fine-tuning only as it was shown; ask again if the data or the settings changed."""

    def __init__(self, planner: Planner, shown_plans: ShownPlans) -> None:
        super().__init__()
        self.planner = planner
        self.shown_plans = shown_plans

    def wrap_tool_call(
        self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], Result]
    ) -> Result:
        """Run the call, or answer why it does not run."""
        return self._rejection(request.tool_call) or handler(request)

    async def awrap_tool_call(
        self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], Awaitable[Result]]
    ) -> Result:
        """Run the call, or answer why it does not run."""
        return self._rejection(request.tool_call) or await handler(request)

    def _rejection(self, call: ToolCall) -> ToolMessage | None:
        """A message when a person rejects a changed plan; ``None`` when the call may run.

        LangGraph runs this function from its beginning when a person has decided, so every
        interrupt is raised again in its order and returns the decision that it got.
        """
        call_id = call["id"] or ""
        shown = self.shown_plans.fingerprints(call_id)
        if call["name"] != "tune_model" or not shown:
            return None
        for _ in shown[1:]:
            if (rejection := self._ask_again(call, "")) is not None:
                return rejection
        try:
            while (plan := self.planner(call["args"])).fingerprint != shown[-1]:
                self.shown_plans.add(call_id, plan)
                shown.append(plan.fingerprint)
                if (rejection := self._ask_again(call, str(plan))) is not None:
                    return rejection
        except ChainZooError:
            return None  # The tool reports the error.
        return None

    def _ask_again(self, call: ToolCall, plan: str) -> ToolMessage | None:
        decision = interrupt(
            {
                "type": "tool_approval",
                "tool_call_id": call["id"],
                "name": call["name"],
                "args": call["args"],
                "description": f"This is not the plan that was shown before.\n{plan}",
            }
        )
        if decision["type"] == "approve":
            return None
        text = decision.get("message") or "Not approved: nothing was started."
        return ToolMessage(text, tool_call_id=call["id"] or "", name=call["name"], status="error")


class _Describer:
    """What a person reads before a call that waits."""

    def __init__(self, planner: Planner, shown_plans: ShownPlans) -> None:
        self.planner = planner
        self.shown_plans = shown_plans

    def __call__(self, tool_call: ToolCall, state: Any, runtime: Any) -> str:
        """A sentence; for a fine-tuning, the plan with its estimate."""
        name, arguments, call_id = tool_call["name"], tool_call["args"], tool_call["id"] or ""
        if name != "tune_model":
            return describe_call(name, arguments)
        try:
            plan = self.planner(arguments)
        except ChainZooError as error:
            return f"The training plan could not be estimated: {error}"
        if not self.shown_plans.fingerprints(call_id):
            self.shown_plans.add(call_id, plan)
        return str(plan)

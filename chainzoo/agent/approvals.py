"""A person's yes: which calls wait for it, what is shown, and that what runs is what was shown."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from langchain.agents.middleware import AgentMiddleware, HumanInTheLoopMiddleware
from langchain_core.messages import ToolMessage
from langgraph.types import Command, interrupt

from chainzoo.agent.tools import REQUIRES_APPROVAL
from chainzoo.errors import ChainZooError

if TYPE_CHECKING:
    from langchain.agents.middleware.types import ToolCallRequest
    from langchain_core.messages import ToolCall

    from chainzoo.agent.estimate import TuningPlan
    from chainzoo.zoo import Zoo

Result = ToolMessage | Command[Any]
Planner = Callable[[Mapping[str, Any]], "TuningPlan"]

WORDS = {
    "stop_run": "Stop the run {run}. It can be resumed.",
    "predict_file": "Predict on every row of {data} with {model} and write {output}.",
    "promote_model": "Point {alias} to {model}.",
    "delete_model": "Delete {model}, for good.",
}
DEFAULTS = {"alias": "production", "output": "a new file beside it"}


class ShownPlans:
    """The plans that a person was shown, by the id of the call; they outlive the process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fingerprints(self, call_id: str) -> list[str]:
        """What the plans that were shown for a call stand for, in their order."""
        path = self._path(call_id)
        return list(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else []

    def show(self, call_id: str, plan: TuningPlan) -> None:
        """Note that a person now sees this plan."""
        path = self._path(call_id)
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f"{path.name}.{os.getpid()}.part")
        found = [*self.fingerprints(call_id), plan.fingerprint]
        beside.write_text(json.dumps(found), encoding="utf-8")
        os.replace(beside, path)

    def _path(self, call_id: str) -> Path:
        return self.folder / f"{re.sub(r'[^A-Za-z0-9_-]', '_', call_id)}.json"


class SamePlan(AgentMiddleware[Any, Any]):
    """Runs a tuning only as it was shown: if data or settings are others by now, it asks again."""

    def __init__(self, planner: Planner, shown: ShownPlans) -> None:
        super().__init__()
        self.planner = planner
        self.shown = shown

    def wrap_tool_call(
        self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], Result]
    ) -> Result:
        """Run the call, or say why not."""
        refusal = self._refusal(request.tool_call)
        return refusal or handler(request)

    async def awrap_tool_call(
        self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], Awaitable[Result]]
    ) -> Result:
        """Run the call, or say why not."""
        refusal = self._refusal(request.tool_call)
        return refusal or await handler(request)

    def _refusal(self, call: ToolCall) -> ToolMessage | None:
        """Why the call must not run, after asking again as often as the plan was another.

        When the graph goes on after an answer it comes through here anew, so every question is
        asked again in its order and gets the answer that it got.
        """
        call_id = call["id"] or ""
        shown = self.shown.fingerprints(call_id)
        if call["name"] != "tune_model" or not shown:
            return None
        for _ in shown[1:]:
            if (refused := self._ask_again(call, "")) is not None:
                return refused
        try:
            while (plan := self.planner(call["args"])).fingerprint != shown[-1]:
                self.shown.show(call_id, plan)
                shown.append(plan.fingerprint)
                if (refused := self._ask_again(call, str(plan))) is not None:
                    return refused
        except ChainZooError:
            return None  # The tool itself says what is wrong.
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
        said = decision.get("message") or "Not approved: nothing was started."
        return ToolMessage(said, tool_call_id=call["id"] or "", name=call["name"], status="error")


class Described:
    """What a person reads before a call that waits for them."""

    def __init__(self, planner: Planner, shown: ShownPlans) -> None:
        self.planner = planner
        self.shown = shown

    def __call__(self, tool_call: ToolCall, state: Any, runtime: Any) -> str:
        """A sentence; for a tuning, the plan with its estimate."""
        name, told = tool_call["name"], tool_call["args"]
        if name != "tune_model":
            return describe_call(name, told)
        try:
            plan = self.planner(told)
        except ChainZooError as error:
            return f"This cannot be planned: {error}"
        if not self.shown.fingerprints(tool_call["id"] or ""):
            self.shown.show(tool_call["id"] or "", plan)
        return str(plan)


def describe_call(name: str, told: Mapping[str, Any]) -> str:
    """What a call that waits would do; of a tuning the plan says it."""
    values = {**DEFAULTS, **{k: v for k, v in told.items() if v is not None}}
    return WORDS[name].format_map(_Spoken(values))


class _Spoken(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return f"({key} not given)"


def approvals(
    zoo: Zoo, planner: Planner, auto_approve_minutes: float | None = None
) -> tuple[AgentMiddleware[Any, Any], AgentMiddleware[Any, Any]]:
    """The middleware that asks a person, and the one that holds a tuning to what was shown.

    With ``auto_approve_minutes``, what takes no longer by its plan is approved without asking; deleting
    never is.
    """
    shown = ShownPlans(zoo.home.cache / "plans")
    described = Described(planner, shown)

    def waits(request: ToolCallRequest) -> bool:
        call = request.tool_call
        return not describe_plan_or_call(call["name"], call["args"], planner, auto_approve_minutes)

    asked: dict[str, Any] = {
        name: {
            "allowed_decisions": ["approve", "edit", "reject"],
            "description": described,
            "when": waits,
        }
        for name in REQUIRES_APPROVAL
    }
    asking = HumanInTheLoopMiddleware(interrupt_on=asked, interrupt_mode="per_call")
    return asking, SamePlan(planner, shown)


def describe_plan_or_call(
    name: str, told: Mapping[str, Any], planner: Planner, auto_approve_minutes: float | None
) -> bool:
    """Whether a call is approved beforehand; deleting never is."""
    if auto_approve_minutes is None or name == "delete_model":
        return False
    if name != "tune_model":
        return True
    try:
        return planner(told).minutes <= auto_approve_minutes
    except ChainZooError:
        return True  # The tool itself says what is wrong; a person has nothing to decide.

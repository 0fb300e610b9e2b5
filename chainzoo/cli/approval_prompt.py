"""Ask a person at the terminal to decide on a tool call that waits for approval."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from chainzoo.agent.events import ApprovalRequest

YES = ("y", "yes", "是", "好", "可以")
NO = ("n", "no", "否", "不")


def prompt_decision(
    request: ApprovalRequest, prompt: Callable[[str], str] = input
) -> dict[str, Any]:
    """Ask until the answer is yes, no or changed arguments; return a decision of LangChain's form."""
    while True:
        answer = prompt(f"{request.tool}: [y]es, [n]o, or name=value to change it: ").strip()
        if answer.lower() in YES:
            return {"type": "approve"}
        if answer.lower() in NO:
            return {"type": "reject", "message": "The person said no: nothing was done."}
        if changes := parse_changes(answer):
            arguments = {**request.arguments, **changes}
            return {"type": "edit", "edited_action": {"name": request.tool, "args": arguments}}


def parse_changes(answer: str) -> dict[str, Any]:
    """Parse ``epochs=3 name=x`` into values; numbers become numbers. Empty if it is anything else."""
    changes: dict[str, Any] = {}
    for part in answer.replace(",", " ").split():
        name, separator, value = part.partition("=")
        if not separator:
            return {}
        try:
            changes[name] = json.loads(value)
        except json.JSONDecodeError:
            changes[name] = value
    return changes

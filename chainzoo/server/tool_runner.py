"""``ToolRunner``: the agent's tools for programs, by name, with the approval of a person.

A call that requires approval is described first, with a confirmation code of this process. The call
runs when it is repeated with that code, as long as it would still do what was described.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from langchain_core.messages import ToolMessage
from langchain_core.tools import BaseTool
from pydantic_core import to_jsonable_python

from chainzoo.agent.approvals import describe_call, is_auto_approved
from chainzoo.agent.assistant import build_planner
from chainzoo.agent.toolkit import ZooToolkit
from chainzoo.agent.tools import NAMES, REQUIRES_APPROVAL
from chainzoo.errors import ChainZooError
from chainzoo.zoo import Zoo

READ_ONLY = frozenset(NAMES) - {*REQUIRES_APPROVAL, "index_documents", "compare_models"}
DESTRUCTIVE = frozenset({"stop_run", "promote_model", "delete_model"})


@dataclass(frozen=True, slots=True)
class PendingApproval:
    """A call that a person must approve: what it would do, and the code that confirms just that."""

    description: str
    code: str


@dataclass(frozen=True, slots=True)
class ToolOutput:
    """The output of a tool: a text for a conversation, and plain values for programs."""

    text: str
    artifact: Any
    failed: bool


class ToolRunner:
    """Run the tools over a zoo.

    Args:
        zoo: what the tools work on.
        roots: folders, besides the working folder, in which tools may read and write files.
        auto_approve_minutes: approve plans of up to this estimate; a deletion always asks.
    """

    def __init__(
        self, zoo: Zoo, roots: Sequence[str | Path] = (), auto_approve_minutes: float | None = None
    ) -> None:
        toolkit = ZooToolkit(zoo=zoo, roots=list(roots))
        self.tools: dict[str, BaseTool] = {tool.name: tool for tool in toolkit.get_tools()}
        self._planner = build_planner(toolkit)
        self._auto_approve_minutes = auto_approve_minutes
        self._key = secrets.token_bytes(32)

    def schema(self, name: str) -> dict[str, Any]:
        """The JSON schema of a tool's arguments."""
        schema: Any = self.tools[name].tool_call_schema
        return dict(schema.model_json_schema())

    def pending_approval(self, name: str, arguments: Mapping[str, Any]) -> PendingApproval | None:
        """What a person must approve before a call, or ``None``.

        A call with invalid arguments needs no approval: the tool itself says what is wrong.
        """
        if name not in REQUIRES_APPROVAL:
            return None
        valid = self._validate(name, arguments)
        if valid is None or is_auto_approved(
            name, valid, self._planner, self._auto_approve_minutes
        ):
            return None
        fingerprint = ""
        if name == "tune_model":
            try:
                plan = self._planner(valid)
            except ChainZooError:
                return None
            description, fingerprint = str(plan), plan.fingerprint
        else:
            description = describe_call(name, valid)
        return PendingApproval(description, self._code(name, valid, fingerprint))

    def is_confirmed(self, approval: PendingApproval, code: str | None) -> bool:
        """Whether a code confirms what a person would be asked now."""
        return code is not None and hmac.compare_digest(approval.code.encode(), code.encode())

    def call(self, name: str, arguments: Mapping[str, Any]) -> ToolOutput:
        """Call a tool. Its errors are in the text of the output."""
        call = {"name": name, "args": dict(arguments), "id": "1", "type": "tool_call"}
        message: ToolMessage = self.tools[name].invoke(call)
        return ToolOutput(str(message.text), to_plain(message.artifact), message.status == "error")

    def _validate(self, name: str, arguments: Mapping[str, Any]) -> dict[str, Any] | None:
        """The arguments as the tool would read them, or ``None``."""
        schema: Any = self.tools[name].args_schema
        try:
            valid = schema.model_validate(dict(arguments))
        except ValueError:
            return None
        return {key: value for key, value in valid.model_dump().items() if value is not None}

    def _code(self, name: str, arguments: Mapping[str, Any], fingerprint: str) -> str:
        text = json.dumps([name, arguments, fingerprint], sort_keys=True, default=str)
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()[:32]


def to_plain(value: Any) -> Any:
    """An artifact as values that JSON can express."""
    if hasattr(value, "as_dict"):
        value = value.as_dict()
    elif isinstance(value, list | tuple):
        return [to_plain(item) for item in value]
    return to_jsonable_python(value, fallback=str)

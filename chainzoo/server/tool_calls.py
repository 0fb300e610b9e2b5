"""The fifteen tools for programs: called by name, and where a person is to be asked, asked first.

A call that needs a yes is described, and sealed with a code of this process. Sent again with the
code it runs, as long as what it would do is still what was described.
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

from chainzoo.agent.approvals import describe_call, is_auto_approved
from chainzoo.agent.assistant import build_planner
from chainzoo.agent.toolkit import ZooToolkit
from chainzoo.agent.tools import NAMES, REQUIRES_APPROVAL
from chainzoo.errors import ChainZooError
from chainzoo.zoo import Zoo

READ_ONLY = frozenset(NAMES) - {*REQUIRES_APPROVAL, "index_documents", "compare_models"}
DESTRUCTIVE = frozenset({"stop_run", "promote_model", "delete_model"})


@dataclass(frozen=True, slots=True)
class ApprovalNeeded:
    """A call that needs a yes: what it would do, and the code that says yes to exactly this."""

    description: str
    code: str


@dataclass(frozen=True, slots=True)
class ToolOutcome:
    """What a tool gave: a text for the talk, and plain values for programs."""

    text: str
    artifact: Any
    failed: bool


class ToolRunner:
    """The tools over a zoo, each with its JSON schema."""

    def __init__(
        self, zoo: Zoo, roots: Sequence[str | Path] = (), auto_approve_minutes: float | None = None
    ) -> None:
        toolkit = ZooToolkit(zoo=zoo, roots=list(roots))
        self.tools: dict[str, BaseTool] = {tool.name: tool for tool in toolkit.get_tools()}
        self._planner = build_planner(toolkit)
        self._minutes = auto_approve_minutes
        self._key = secrets.token_bytes(32)

    def schema(self, name: str) -> dict[str, Any]:
        """The JSON schema of a tool's arguments."""
        schema: Any = self.tools[name].tool_call_schema
        return dict(schema.model_json_schema())

    def asks(self, name: str, arguments: Mapping[str, Any]) -> ApprovalNeeded | None:
        """What a person has to say yes to; ``None`` where nothing is to be asked.

        Arguments that the tool would refuse need no yes: the tool says what is wrong with them.
        """
        if name not in REQUIRES_APPROVAL:
            return None
        told = self._checked(name, arguments)
        if told is None or is_auto_approved(name, told, self._planner, self._minutes):
            return None
        fingerprint = ""
        if name == "tune_model":
            try:
                plan = self._planner(told)
            except ChainZooError:
                return None
            description, fingerprint = str(plan), plan.fingerprint
        else:
            description = describe_call(name, told)
        return ApprovalNeeded(description, self._seal(name, told, fingerprint))

    def is_yes(self, asked: ApprovalNeeded, code: str | None) -> bool:
        """Whether a code says yes to what is asked now."""
        return code is not None and hmac.compare_digest(asked.code.encode(), code.encode())

    def call(self, name: str, arguments: Mapping[str, Any]) -> ToolOutcome:
        """ToolCallBody a tool; what is wrong is in the text."""
        call = {"name": name, "args": dict(arguments), "id": "1", "type": "tool_call"}
        message: ToolMessage = self.tools[name].invoke(call)
        return ToolOutcome(str(message.text), plain(message.artifact), message.status == "error")

    def _checked(self, name: str, arguments: Mapping[str, Any]) -> dict[str, Any] | None:
        schema: Any = self.tools[name].args_schema
        try:
            found = schema.model_validate(dict(arguments))
        except ValueError:
            return None
        return {k: v for k, v in found.model_dump().items() if v is not None}

    def _seal(self, name: str, told: Mapping[str, Any], fingerprint: str) -> str:
        text = json.dumps([name, told, fingerprint], sort_keys=True, default=str)
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()[:32]


def plain(value: Any) -> Any:
    """An artifact as plain values, ready for JSON."""
    from pydantic_core import to_jsonable_python

    if hasattr(value, "as_dict"):
        value = value.as_dict()
    elif isinstance(value, list | tuple):
        return [plain(found) for found in value]
    return to_jsonable_python(value, fallback=str)

"""Tools as a grammar that the model cannot leave, and its calls read back."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Sequence
from typing import Any, Literal

from langchain_core.utils.json_schema import dereference_refs

OPEN, CLOSE = "<tool_call>\n", "\n</tool_call>"
CALL = re.compile(r"<tool_call>\s*(.*?)\s*</tool_call>", re.DOTALL)
# With natural spaces a small model writes better values than in compact JSON.
SPACING = {"item_separator": ", ", "key_separator": ": ", "whitespace_flexible": False}
FREE = r"words: /[^<](.|\n)*/"

Choice = Literal["auto", "any", "none"] | str


def grammar(
    tools: Sequence[dict[str, Any]],
    choice: Choice,
    several: bool,
    answer: dict[str, Any] | None = None,
) -> str | None:
    """A grammar for llguidance; ``None`` where the model is free.

    ``auto`` leaves the model to answer in words or to call; ``any`` makes it call one of the
    tools; a tool's name makes it call that one. ``answer`` is a JSON schema for what would be words.
    """
    if not tools or choice == "none":
        return None if answer is None else f"%llguidance {{}}\nstart: {_json(answer)}"
    allowed = [t for t in tools if choice in ("auto", "any") or t["name"] == choice]
    forms = [
        {
            "type": "object",
            "properties": {"name": {"const": t["name"]}, "arguments": arguments_of(t)},
            "required": ["name", "arguments"],
            "additionalProperties": False,
        }
        for t in allowed
    ]
    body = forms[0] if len(forms) == 1 else {"anyOf": forms}
    more = '("\\n" call)*' if several and choice in ("auto", "any") else ""
    rules = [
        f"calls: call {more}",
        f"call: {json.dumps(OPEN)} body {json.dumps(CLOSE)}",
        f"body: {_json(body)}",
    ]
    start = "start: words | calls" if choice == "auto" else "start: calls"
    free = FREE if answer is None else f"words: {_json(answer)}"
    words = [free] if choice == "auto" else []
    return "\n".join(["%llguidance {}", start, *words, *rules])


def _json(schema: dict[str, Any]) -> str:
    return f"%json {json.dumps({**schema, 'x-guidance': SPACING})}"


def arguments_of(tool: dict[str, Any]) -> dict[str, Any]:
    """The JSON schema of a tool's arguments, without references."""
    schema = dict(tool.get("parameters") or {"type": "object", "properties": {}})
    schema = dict(dereference_refs(schema))
    schema.pop("$defs", None)
    schema.pop("definitions", None)
    schema.setdefault("type", "object")
    schema.setdefault("additionalProperties", False)
    return schema


def read_calls(text: str) -> tuple[str, list[dict[str, Any]], list[dict[str, Any]]]:
    """The words, the calls, and what was meant as a call and cannot be read."""
    calls, broken = [], []
    for match in CALL.finditer(text):
        try:
            found = json.loads(match.group(1))
            arguments = found.get("arguments") or {}
            call = {"name": str(found["name"]), "args": dict(arguments)}
            calls.append({**call, "id": new_id(), "type": "tool_call"})
        except (json.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError) as error:
            told = {"name": None, "args": match.group(1), "id": new_id(), "error": str(error)}
            broken.append({**told, "type": "invalid_tool_call"})
    return CALL.sub("", text).strip() if calls or broken else text, calls, broken


def new_id() -> str:
    """An id for a call."""
    return f"call_{uuid.uuid4().hex[:12]}"

"""Tools as a grammar for constrained decoding, and the parser of the calls."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator, Sequence
from typing import Any, Literal, NamedTuple

from langchain_core.utils.json_schema import dereference_refs

OPENING_TAG, CLOSING_TAG = "<tool_call>", "</tool_call>"
CALL = re.compile(r"<tool_call>\s*(.*?)\s*</tool_call>", re.DOTALL)
# With natural spaces a small model writes better values than in compact JSON.
SPACING = {"item_separator": ", ", "key_separator": ": ", "whitespace_flexible": False}
FREE_TEXT_RULE = r"text: /[^<](.|\n)*/"

ToolChoice = Literal["auto", "any", "none"] | str


class ParsedAnswer(NamedTuple):
    """The free text of an answer, its calls, and the calls whose JSON cannot be read."""

    text: str
    calls: list[dict[str, Any]]
    invalid_calls: list[dict[str, Any]]


def build_grammar(
    tools: Sequence[dict[str, Any]],
    choice: ToolChoice,
    parallel: bool,
    answer_schema: dict[str, Any] | None = None,
) -> str | None:
    """A grammar in llguidance's form; ``None`` where the model may write anything.

    With ``auto`` the model answers in free text or calls; with ``any`` it calls one of the tools;
    with a tool's name it calls that tool. ``parallel`` allows several calls in one answer.
    ``answer_schema`` is a JSON schema that replaces free text.
    """
    if not tools or choice == "none":
        if answer_schema is None:
            return None
        return f"%llguidance {{}}\nstart: {_json_rule(answer_schema)}"
    allowed = [t for t in tools if choice in ("auto", "any") or t["name"] == choice]
    calls = [
        {
            "type": "object",
            "properties": {"name": {"const": t["name"]}, "arguments": arguments_schema(t)},
            "required": ["name", "arguments"],
            "additionalProperties": False,
        }
        for t in allowed
    ]
    body = calls[0] if len(calls) == 1 else {"anyOf": calls}
    more = '("\\n" call)*' if parallel and choice in ("auto", "any") else ""
    before, after = f"{OPENING_TAG}\n", f"\n{CLOSING_TAG}"
    rules = [
        f"calls: call {more}",
        f"call: {json.dumps(before)} body {json.dumps(after)}",
        f"body: {_json_rule(body)}",
    ]
    if choice != "auto":
        return "\n".join(["%llguidance {}", "start: calls", *rules])
    text = FREE_TEXT_RULE if answer_schema is None else f"text: {_json_rule(answer_schema)}"
    return "\n".join(["%llguidance {}", "start: text | calls", text, *rules])


def _json_rule(schema: dict[str, Any]) -> str:
    return f"%json {json.dumps({**schema, 'x-guidance': SPACING})}"


def arguments_schema(tool: dict[str, Any]) -> dict[str, Any]:
    """The JSON schema of a tool's arguments, without references and closed to other names."""
    schema = dict(tool.get("parameters") or {"type": "object", "properties": {}})
    schema = dict(dereference_refs(schema))
    schema.pop("$defs", None)
    schema.pop("definitions", None)
    schema.setdefault("type", "object")
    schema.setdefault("additionalProperties", False)
    return schema


def render_call(call: dict[str, Any]) -> str:
    """A call as the model writes it; ``call`` has ``name`` and ``arguments``."""
    return f"{OPENING_TAG}\n{json.dumps(call, ensure_ascii=False)}\n{CLOSING_TAG}"


def parse_calls(text: str) -> ParsedAnswer:
    """The calls in an answer, as LangChain's ``ToolCall`` and ``InvalidToolCall`` dicts."""
    calls: list[dict[str, Any]] = []
    invalid: list[dict[str, Any]] = []
    for match in CALL.finditer(text):
        try:
            value = json.loads(match.group(1))
            call = {"name": str(value["name"]), "args": dict(value.get("arguments") or {})}
            calls.append({**call, "id": new_call_id(), "type": "tool_call"})
        except (json.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError) as error:
            broken = {"name": None, "args": match.group(1), "error": str(error)}
            invalid.append({**broken, "id": new_call_id(), "type": "invalid_tool_call"})
    free = CALL.sub("", text).strip() if calls or invalid else text
    return ParsedAnswer(free, calls, invalid)


def split_stream(pieces: Iterator[str]) -> Iterator[str | dict[str, Any]]:
    """Free text as it comes, and each call, as ``name``, ``args`` and ``id``, once it is complete."""
    buffer = ""
    for piece in pieces:
        buffer += piece
        while match := CALL.search(buffer):
            if buffer[: match.start()].strip():
                yield buffer[: match.start()]
            yield from parse_calls(match.group()).calls
            buffer = buffer[match.end() :]
        end = _call_start(buffer)
        if buffer[:end].strip():
            yield buffer[:end]
            buffer = buffer[end:]
    if buffer.strip():
        yield buffer


def _call_start(text: str) -> int:
    """Where a call begins, or may begin with what comes next; the end of ``text`` otherwise."""
    if OPENING_TAG in text:
        return text.index(OPENING_TAG)
    sizes = range(min(len(OPENING_TAG) - 1, len(text)), 0, -1)
    return len(text) - next((n for n in sizes if OPENING_TAG.startswith(text[-n:])), 0)


def new_call_id() -> str:
    """A random id for a call."""
    return f"call_{uuid.uuid4().hex[:12]}"

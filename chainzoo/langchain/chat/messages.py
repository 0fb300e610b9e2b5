"""LangChain messages as the prompt of a local model, by its chat template."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, ToolMessage

from chainzoo.langchain.chat.tool_calls import render_call

ROLES = {"human": "user", "ai": "assistant", "system": "system", "tool": "tool"}
INSTRUCTION = """You may call these tools, each described by a JSON schema:
{tools}
To call one, answer only with
<tool_call>
{{"name": "the tool's name", "arguments": {{"argument": "value"}}}}
</tool_call>
Otherwise answer in words."""


def render_prompt(
    template: str, tokenizer: Any, messages: Sequence[BaseMessage], tools: Sequence[dict[str, Any]]
) -> str:
    """The text that the model continues, by its own chat template.

    A template without tools gets them in the system message, calls as text in the assistant's
    messages, and results as messages of the user.
    """
    supports_tools = "tools" in template
    turns = [_turn(message, supports_tools) for message in messages]
    if tools and not supports_tools:
        turns = _add_instruction(turns, tools)
    functions = [{"type": "function", "function": tool} for tool in tools]
    return str(
        tokenizer.apply_chat_template(
            _merge_neighbors(turns),
            chat_template=template,
            tools=functions if supports_tools else None,
            add_generation_prompt=True,
            tokenize=False,
        )
    )


def _turn(message: BaseMessage, supports_tools: bool) -> dict[str, Any]:
    """A message as chat templates read it: ``role`` and ``content``."""
    role = ROLES.get(message.type) or str(getattr(message, "role", "user"))
    text = str(message.text)
    if isinstance(message, AIMessage) and message.tool_calls:
        calls = [{"name": c["name"], "arguments": c["args"]} for c in message.tool_calls]
        if supports_tools:
            functions = [{"type": "function", "function": call} for call in calls]
            return {"role": role, "content": text, "tool_calls": functions}
        return {"role": role, "content": "\n".join(filter(None, (text, *map(render_call, calls))))}
    if isinstance(message, ToolMessage) and not supports_tools:
        return {"role": "user", "content": f"<tool_response>\n{text}\n</tool_response>"}
    return {"role": role, "content": text}


def _add_instruction(
    turns: list[dict[str, Any]], tools: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The turns with the tools described in the system message."""
    lines = "\n".join(json.dumps(tool, ensure_ascii=False) for tool in tools)
    instruction = INSTRUCTION.format(tools=lines)
    if turns and turns[0]["role"] == "system":
        first, *rest = turns
        return [{"role": "system", "content": f"{first['content']}\n\n{instruction}"}, *rest]
    return [{"role": "system", "content": instruction}, *turns]


def _merge_neighbors(turns: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Consecutive turns of one role as one, which most templates insist on."""
    merged: list[dict[str, Any]] = []
    for turn in turns:
        is_text = "tool_calls" not in turn and turn["role"] in ("user", "assistant", "system")
        last = merged[-1] if merged else None
        if is_text and last and last["role"] == turn["role"] and "tool_calls" not in last:
            last["content"] = f"{last['content']}\n{turn['content']}"
        else:
            merged.append(dict(turn))
    return merged

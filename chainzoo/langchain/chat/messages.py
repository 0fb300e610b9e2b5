"""LangChain's messages in the form of a chat template, tools included."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, ToolMessage

ROLES = {"human": "user", "ai": "assistant", "system": "system", "tool": "tool"}
INSTRUCTION = """You may call these tools, each described by a JSON schema:
{tools}
To call one, answer only with
<tool_call>
{{"name": "the tool's name", "arguments": {{"argument": "value"}}}}
</tool_call>
Otherwise answer in words."""


def to_prompt(
    template: str, tokenizer: Any, messages: Sequence[BaseMessage], tools: Sequence[dict[str, Any]]
) -> str:
    """The text that the model goes on from, by its own chat template.

    A template that knows nothing of tools gets them in the system message, calls as they are to
    be written, and results as messages of the user.
    """
    knows = "tools" in template
    display_name = [_plain(message, knows) for message in messages]
    if tools and not knows:
        display_name = _with_instruction(display_name, tools)
    return str(
        tokenizer.apply_chat_template(
            _merged(display_name),
            chat_template=template,
            tools=[{"type": "function", "function": tool} for tool in tools] if knows else None,
            add_generation_prompt=True,
            tokenize=False,
        )
    )


def _plain(message: BaseMessage, knows_tools: bool) -> dict[str, Any]:
    role = ROLES.get(message.type) or str(getattr(message, "role", "user"))
    text = str(message.text)
    if isinstance(message, AIMessage) and message.tool_calls:
        calls = [{"name": c["name"], "arguments": c["args"]} for c in message.tool_calls]
        if knows_tools:
            told = [{"type": "function", "function": call} for call in calls]
            return {"role": role, "content": text, "tool_calls": told}
        return {"role": role, "content": "\n".join(filter(None, (text, *map(written, calls))))}
    if isinstance(message, ToolMessage) and not knows_tools:
        return {"role": "user", "content": f"<tool_response>\n{text}\n</tool_response>"}
    return {"role": role, "content": text}


def written(call: dict[str, Any]) -> str:
    """A call as the model writes it."""
    return f"<tool_call>\n{json.dumps(call, ensure_ascii=False)}\n</tool_call>"


def _with_instruction(
    display_name: list[dict[str, Any]], tools: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    lines = "\n".join(json.dumps(tool, ensure_ascii=False) for tool in tools)
    said = INSTRUCTION.format(tools=lines)
    if display_name and display_name[0]["role"] == "system":
        return [
            {"role": "system", "content": f"{display_name[0]['content']}\n\n{said}"},
            *display_name[1:],
        ]
    return [{"role": "system", "content": said}, *display_name]


def _merged(display_name: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Neighbours of one role as one message, which most templates insist on."""
    found: list[dict[str, Any]] = []
    for message in display_name:
        plain = "tool_calls" not in message and message["role"] in ("user", "assistant", "system")
        last = found[-1] if found else None
        if plain and last and last["role"] == message["role"] and "tool_calls" not in last:
            last["content"] = f"{last['content']}\n{message['content']}"
        else:
            found.append(dict(message))
    return found

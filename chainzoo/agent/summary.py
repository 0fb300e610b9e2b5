"""Summarise a long conversation without a language model."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

MAX_CHARACTERS = 160


def summarize_calls(messages: Sequence[Any]) -> str:
    """Each request and the tool calls that answered it, a line each; results are left out."""
    lines = []
    for message in messages:
        if message.type == "human":
            lines.append(f"Request: {_shorten(str(message.text))}")
        elif message.type == "ai":
            for call in message.tool_calls:
                arguments = json.dumps(call["args"], ensure_ascii=False)
                lines.append(f"Tool call: {call['name']} {_shorten(arguments)}")
    return "\n".join(lines) or "There was no request yet."


def _shorten(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= MAX_CHARACTERS else line[: MAX_CHARACTERS - 1] + "…"

"""How well a brain calls tools: right tools, exact arguments, false actions, seconds a turn.

python bench/agent.py FILE [--llm brain] [--show] [--json]

FILE has a JSON object a line: ``request``, ``lang``, optional ``context`` (earlier turns) and
``expect`` (the calls in order, with the arguments that the request states).
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Sequence
from typing import Any

from chainzoo.agent.models import open_chat_model
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from chainzoo import Zoo
from chainzoo.agent.toolkit import ZooToolkit

MOST_CALLS = 6


def normal(value: Any) -> Any:
    """A value without what does not matter: case, quotes, how a number is written."""
    if isinstance(value, list):
        return [normal(item) for item in value]
    if isinstance(value, str):
        plain = value.strip().strip("\"'“”").lower()
        try:
            return float(plain)
        except ValueError:
            return plain
    return float(value) if isinstance(value, int | float) else value


def conversation(item: dict[str, Any]) -> list[BaseMessage]:
    """The messages of a sample, its earlier turns included."""
    messages: list[BaseMessage] = []
    for number, turn in enumerate(item.get("context") or []):
        if turn[0] == "user":
            messages.append(HumanMessage(turn[1]))
        elif turn[0] == "tool":
            call = {"name": turn[1], "args": turn[2], "id": f"c{number}", "type": "tool_call"}
            messages.append(AIMessage("", tool_calls=[call]))
            result = turn[3] if len(turn) > 3 else "ok"
            messages.append(ToolMessage(str(result), tool_call_id=f"c{number}", name=turn[1]))
        else:
            messages.append(AIMessage(turn[1]))
    return [*messages, HumanMessage(item["request"])]


def calls_of(brain: Any, messages: list[BaseMessage]) -> list[dict[str, Any]]:
    """The calls that a brain makes, each answered with “ok”."""
    made: list[dict[str, Any]] = []
    while len(made) < MOST_CALLS:
        answer = brain.invoke(messages)
        if not answer.tool_calls:
            break
        messages = [*messages, answer]
        for call in answer.tool_calls:
            made.append(call)
            messages.append(ToolMessage("ok", tool_call_id=call["id"], name=call["name"]))
    return made


def exact(made: Sequence[dict[str, Any]], expected: Sequence[dict[str, Any]]) -> bool:
    """Whether each call has the arguments that are expected of it."""
    return all(
        normal(call["args"].get(name)) == normal(value)
        for call, wanted in zip(made, expected, strict=True)
        for name, value in wanted["args"].items()
    )


def main() -> None:
    """Score a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file")
    parser.add_argument("--llm", default="brain")
    parser.add_argument("--show", action="store_true", help="Print each miss.")
    parser.add_argument("--json", action="store_true")
    told = parser.parse_args()
    zoo = Zoo()
    brain = open_chat_model(zoo, told.llm).bind_tools(ZooToolkit(zoo=zoo).get_tools())
    with open(told.file, encoding="utf-8") as file:
        items = [json.loads(line) for line in file if line.strip()]
    tools, right, false, seconds = [], [], [], []
    for item in items:
        begun = time.perf_counter()
        made = calls_of(brain, conversation(item))
        seconds.append((time.perf_counter() - begun) / (len(made) + 1))
        expected = item["expect"]
        same = [call["name"] for call in made] == [call["tool"] for call in expected]
        tools.append(same)
        right.append(same and exact(made, expected))
        if not expected:
            false.append(bool(made))
        if told.show and not right[-1]:
            got = [(call["name"], call["args"]) for call in made]
            print(f"- {item['request']}\n    got  {got}\n    want {expected}")
    found = {
        "requests": len(items),
        "right_tools": round(sum(tools) / len(items), 4),
        "exact": round(sum(right) / len(items), 4),
        "false_actions": f"{sum(false)} of {len(false)}",
        "median_seconds_a_turn": round(statistics.median(seconds), 4),
    }
    for lang in sorted({item.get("lang", "en") for item in items}):
        at = [n for n, item in enumerate(items) if item.get("lang", "en") == lang]
        found[f"right_tools_{lang}"] = round(sum(tools[n] for n in at) / len(at), 4)
        found[f"exact_{lang}"] = round(sum(right[n] for n in at) / len(at), 4)
    if told.json:
        print(json.dumps(found, indent=2))
    else:
        for name, value in found.items():
            print(f"{name:24} {value}")


if __name__ == "__main__":
    main()

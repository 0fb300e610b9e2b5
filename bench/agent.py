"""Measure how well a chat model calls the tools: right tools, exact arguments, false actions, time.

python bench/agent.py [FILE] [--llm brain] [--show] [--json] [--quick]

FILE has a JSON object a line: ``request``, ``lang``, optional ``context`` (earlier turns) and
``expect`` (the calls in order, with the arguments that the request states).
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import harness
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from chainzoo import Zoo
from chainzoo.agent.chat_models import load_chat_model
from chainzoo.agent.toolkit import ZooToolkit

DEFAULT_FILE = Path(__file__).parents[1] / "brain" / "dev.jsonl"
MAX_CALLS = 6
QUICK_REQUESTS = 5


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a model did with one request, and how long a turn took on average."""

    request: dict[str, Any]
    calls: list[dict[str, Any]]
    seconds_per_turn: float

    @property
    def right_tools(self) -> bool:
        """Whether the expected tools were called, in their order."""
        expected = [call["tool"] for call in self.request["expect"]]
        return [call["name"] for call in self.calls] == expected

    @property
    def exact(self) -> bool:
        """Whether the tools and all their arguments are as expected."""
        return self.right_tools and arguments_match(self.calls, self.request["expect"])

    @property
    def language(self) -> str:
        """The language of the request."""
        return str(self.request.get("lang", "en"))


def normalize(value: Any) -> Any:
    """A value without what does not matter: case, quotes, how a number is written."""
    if isinstance(value, list):
        return [normalize(item) for item in value]
    if isinstance(value, str):
        plain = value.strip().strip("\"'“”").lower()
        try:
            return float(plain)
        except ValueError:
            return plain
    return float(value) if isinstance(value, int | float) else value


def to_messages(item: dict[str, Any]) -> list[BaseMessage]:
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


def collect_calls(model: Any, messages: list[BaseMessage]) -> list[dict[str, Any]]:
    """The calls that a model makes until it answers, each with the result “ok”."""
    calls: list[dict[str, Any]] = []
    while len(calls) < MAX_CALLS:
        answer = model.invoke(messages)
        if not answer.tool_calls:
            break
        messages = [*messages, answer]
        for call in answer.tool_calls:
            calls.append(call)
            messages.append(ToolMessage("ok", tool_call_id=call["id"], name=call["name"]))
    return calls


def arguments_match(calls: Sequence[dict[str, Any]], expected: Sequence[dict[str, Any]]) -> bool:
    """Whether each call has the arguments that are expected of it."""
    return all(
        normalize(call["args"].get(name)) == normalize(value)
        for call, expectation in zip(calls, expected, strict=True)
        for name, value in expectation["args"].items()
    )


def measure(model: Any, item: dict[str, Any]) -> Outcome:
    """Send one request."""
    started_at = time.perf_counter()
    calls = collect_calls(model, to_messages(item))
    return Outcome(item, calls, (time.perf_counter() - started_at) / (len(calls) + 1))


def share(flags: Sequence[bool]) -> float:
    """The share of true values, rounded to four digits."""
    return round(sum(flags) / len(flags), 4)


def summarize(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The scores over all requests, and by language."""
    unanswerable = [outcome for outcome in outcomes if not outcome.request["expect"]]
    scores: dict[str, Any] = {
        "requests": len(outcomes),
        "right_tools": share([outcome.right_tools for outcome in outcomes]),
        "exact": share([outcome.exact for outcome in outcomes]),
        "false_actions": f"{sum(bool(o.calls) for o in unanswerable)} of {len(unanswerable)}",
        "median_seconds_a_turn": round(statistics.median(o.seconds_per_turn for o in outcomes), 4),
    }
    for language in sorted({outcome.language for outcome in outcomes}):
        own = [outcome for outcome in outcomes if outcome.language == language]
        scores[f"right_tools_{language}"] = share([outcome.right_tools for outcome in own])
        scores[f"exact_{language}"] = share([outcome.exact for outcome in own])
    return scores


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure a file of requests and print the scores."""
    parser = harness.BenchmarkParser(__doc__)
    parser.add_argument("file", nargs="?", default=DEFAULT_FILE, help="[default: brain/dev.jsonl]")
    parser.add_argument("--llm", default="brain")
    parser.add_argument("--show", action="store_true", help="Print each miss.")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    zoo = Zoo()
    model = load_chat_model(zoo, options.llm).bind_tools(ZooToolkit(zoo=zoo).get_tools())
    with open(options.file, encoding="utf-8") as file:
        items = [json.loads(line) for line in file if line.strip()]
    if options.quick:
        items = items[:QUICK_REQUESTS]
    outcomes = [measure(model, item) for item in items]
    for outcome in outcomes if options.show else ():
        if not outcome.exact:
            calls = [(call["name"], call["args"]) for call in outcome.calls]
            expected = outcome.request["expect"]
            print(f"- {outcome.request['request']}\n    calls    {calls}\n    expected {expected}")
    scores = summarize(outcomes)
    if options.json:
        print(json.dumps(scores, indent=2))
    else:
        for name, value in scores.items():
            print(f"{name:24} {value}")


if __name__ == "__main__":
    main()

"""Arguments of the tools that look before tuning: find_models, inspect_data, compare_models."""

from __future__ import annotations

import re
from typing import Any

from chainzoo.agent.brain.arguments.common import (
    BuiltArguments,
    MissingArgument,
    mentioned_data,
    mentioned_task,
)
from chainzoo.agent.brain.dialogue_state import DialogueState
from chainzoo.agent.brain.lexicon import LANGUAGES, LICENSES, first_match, input_words
from chainzoo.agent.brain.mentions import ParsedRequest
from chainzoo.tasks import get_task

PURPOSE = re.compile(
    r"\bfor (?!NUM|a |the )([\w' -]{4,60}?)(?:\s+(?:under|below|in|with|that|please)\b|[?.,!]|$)"
)


def find_models(request: ParsedRequest, state: DialogueState) -> BuiltArguments:
    """Facts in words become filters; words without a fact become the query."""
    masked = request.masked
    facts: dict[str, Any] = {
        "task": mentioned_task(request) or first_match(input_words(), masked),
        "language": first_match(LANGUAGES, masked),
        "license": first_match(LICENSES, masked),
        "max_size_mb": request.first("size"),
        "limit": request.first("limit"),
    }
    arguments = {name: value for name, value in facts.items() if value is not None}
    purpose = PURPOSE.search(masked)
    if "task" not in arguments and purpose:
        arguments["query"] = purpose.group(1).strip()
    elif not arguments:
        arguments["query"] = request.text.strip(" ?？。.!")
    return arguments


def inspect_data(request: ParsedRequest, state: DialogueState) -> BuiltArguments:
    """A file, or the last one."""
    data = mentioned_data(request, state)
    return {"data": data} if data else MissingArgument("data")


def compare_models(request: ParsedRequest, state: DialogueState) -> BuiltArguments:
    """A file, and cards if the request names some."""
    data = mentioned_data(request, state)
    if not data:
        return MissingArgument("data")
    arguments: dict[str, Any] = {"data": data}
    if cards := request.values("card"):
        arguments["models"] = list(dict.fromkeys(cards))
    task = mentioned_task(request)
    if task and not get_task(task).keywords.generic:
        arguments["task"] = task
    return arguments

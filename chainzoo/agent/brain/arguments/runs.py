"""Arguments of the tools on fine-tunings: tune_model, run_status, stop_run."""

from __future__ import annotations

import re
from typing import Any

from chainzoo.agent.brain.arguments.common import (
    BuiltArguments,
    MissingArgument,
    mentioned_data,
    mentioned_run,
)
from chainzoo.agent.brain.dialogue_state import DialogueState
from chainzoo.agent.brain.lexicon import METHODS, first_match, task_words
from chainzoo.agent.brain.mentions import ParsedRequest

AGAIN = re.compile(
    r"\b(?:same|again|once more|one more time|repeat|rerun|another (?:run|round|try))\b|"
    r"再来|同样|一样|重新|再跑|再训练|照刚才|跟刚才",
    re.IGNORECASE,
)
THAT_CARD = re.compile(
    r"\b(?:use|take|go with|choose|pick|with)\s+(?:that|this|it|the first)\b|就用那个|用那个|选那个|用它|用这个|"
    r"\b(?:tune|train|fine-?tune|adapt|teach)\s+(?:it|that|this|that one|this one|the first one)\s+(?:on|with)\b|"
    r"(?:微调|训练)(?:它|那个|这个)",
    re.IGNORECASE,
)


def tune_model(request: ParsedRequest, state: DialogueState) -> BuiltArguments:
    """Every setting that the request names; “the same again” starts from the last fine-tuning."""
    arguments: dict[str, Any] = {}
    again = AGAIN.search(request.masked)
    if again and state.tuning and not request.first("file"):
        arguments = dict(state.tuning)
    arguments["data"] = mentioned_data(request, state) or arguments.get("data")
    if not arguments["data"]:
        return MissingArgument("data")
    card = request.first("card")
    if card is None and (again or THAT_CARD.search(request.masked)):
        card = arguments.get("model") or state.card
    settings = {
        "model": card,
        "method": first_match(METHODS, request.masked),
        "epochs": request.first("epochs"),
        "learning_rate": request.first("rate"),
        "batch_size": request.first("batch"),
        "name": request.first("newname") or request.first("name"),
        "task": _tuned_task(request),
    }
    arguments.update({name: value for name, value in settings.items() if value is not None})
    return arguments


def _tuned_task(request: ParsedRequest) -> str | None:
    """The task that the words name, outside of placeholders."""
    return first_match(task_words(), re.sub(r"\b(?:FILE|NAME|CARD)\b", " ", request.masked))


def run_status(request: ParsedRequest, state: DialogueState) -> BuiltArguments:
    """A run, or none for the latest."""
    run = mentioned_run(request, state)
    return {"run": run} if run else {}


def stop_run(request: ParsedRequest, state: DialogueState) -> BuiltArguments:
    """A run, or the last one."""
    run = mentioned_run(request, state)
    return {"run": run} if run else MissingArgument("run")

"""Plan a request: the tool calls that answer it, in their order, or a reply."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from chainzoo.agent.brain.arguments import BUILDERS
from chainzoo.agent.brain.arguments.common import BuiltArguments, MissingArgument
from chainzoo.agent.brain.card_names import CardNames
from chainzoo.agent.brain.dialogue_state import DialogueState
from chainzoo.agent.brain.intent import SMALL_TALK, UNCLEAR, IntentClassifier
from chainzoo.agent.brain.mentions import ParsedRequest, language_of
from chainzoo.agent.brain.parse import parse_request
from chainzoo.agent.brain.replies import reply
from chainzoo.agent.brain.steps import split_steps
from chainzoo.agent.brain.tool_choice import choose_tool
from chainzoo.home import Home

OUT_OF_SCOPE = MissingArgument("other")
REFUSAL = re.compile(
    r"^\s*(?:please\s+)?(?:don'?t|do not|never|no need to|stop yourself from)\b(?! go on)|"
    r"^\s*(?:请)?(?:先)?(?:不要|别|不用|不必)(?!再)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """A tool and its arguments."""

    tool: str
    arguments: dict[str, Any]


@dataclass(frozen=True, slots=True)
class CallPlan:
    """Calls in their order, and a reply: instead of calls, or after them."""

    calls: tuple[PlannedCall, ...]
    reply: str = ""


@dataclass(frozen=True, slots=True)
class _Step:
    """A part of a request, and what it asks for."""

    text: str
    request: ParsedRequest
    intent: str

    @property
    def is_action(self) -> bool:
        return self.intent not in SMALL_TALK and self.intent != UNCLEAR


class RequestPlanner:
    """Plan requests with the models and the cards of a home."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.classifier = IntentClassifier(home)
        self._cards: CardNames | None = None

    def plan(self, text: str, state: DialogueState, tools: Collection[str]) -> CallPlan:
        """Plan a request.

        Args:
            text: the request.
            state: what was mentioned before; the planned calls are recorded in it.
            tools: the names of the tools that may be called.
        """
        language = language_of(text)
        if REFUSAL.match(text):
            return CallPlan((), reply("no", language))
        calls: list[PlannedCall] = []
        for step in self._steps(text, state.names):
            tool = choose_tool(step.intent, step.request, state)
            if tool in SMALL_TALK or tool == UNCLEAR:
                if not calls:
                    return CallPlan((), reply(tool, language))
                continue
            arguments = _build_arguments(tool, step.request, state, tools)
            if isinstance(arguments, MissingArgument):
                return CallPlan(tuple(calls), reply(arguments.name, language))
            calls.append(PlannedCall(tool, arguments))
            state.record_call(tool, arguments)
        return CallPlan(tuple(calls))

    def _steps(self, text: str, names: Collection[str]) -> Sequence[_Step]:
        """The steps of a request; a part that is no step of its own joins the one before."""
        whole = self._parse(text, names)
        parts = split_steps(text)
        if len(parts) == 1:
            return [_Step(text, whole, self._classify(whole))]
        steps: list[_Step] = []
        for part in parts:
            request = self._parse(part, names)
            step = _Step(part, request, self._classify(request))
            if steps and (not step.is_action or _continues(step, steps[-1])):
                joined = f"{steps[-1].text}, {part}"
                steps[-1] = _Step(joined, self._parse(joined, names), steps[-1].intent)
            else:
                steps.append(step)
        actions = [step for step in steps if step.is_action]
        if len(actions) > 1:
            return actions
        intent = actions[0].intent if actions else self._classify(whole)
        return [_Step(text, whole, intent)]

    def _parse(self, text: str, names: Collection[str]) -> ParsedRequest:
        if self._cards is None:
            self._cards = CardNames.load(self.home)
        return parse_request(text, self._cards, names)

    def _classify(self, request: ParsedRequest) -> str:
        return self.classifier.classify(request.masked)


def _build_arguments(
    tool: str, request: ParsedRequest, state: DialogueState, tools: Collection[str]
) -> BuiltArguments:
    """The arguments of a call, or the reply that takes its place."""
    arguments = BUILDERS[tool](request, state) if tool in BUILDERS else OUT_OF_SCOPE
    if isinstance(arguments, MissingArgument) or tool in tools:
        return arguments
    return OUT_OF_SCOPE


def _continues(step: _Step, previous: _Step) -> bool:
    """Whether a step only adds to the one before: the same tool, and nothing new mentioned."""
    if step.intent != previous.intent:
        return False
    mentions = step.request.values("file", "folder", "text", "name")
    return step.intent == "find_models" or not mentions

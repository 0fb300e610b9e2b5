"""A request as a plan: the calls that answer it in their order, or words."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainzoo.agent.brain.arguments import BUILDERS, Missing, language_of
from chainzoo.agent.brain.dialogue_state import DialogueState
from chainzoo.agent.brain.intent import labels, scores
from chainzoo.agent.brain.lexicon import METHODS, first
from chainzoo.agent.brain.mentions import ParsedRequest, read_request
from chainzoo.agent.brain.replies import say
from chainzoo.agent.brain.steps import split_steps

SURE = 0.35
TALK = ("greeting", "thanks", "help", "other")
REFUSED = re.compile(
    r"^\s*(?:please\s+)?(?:don'?t|do not|never|no need to|stop yourself from)\b(?! go on)|"
    r"^\s*(?:请)?(?:先)?(?:不要|别|不用|不必)(?!再)",
    re.IGNORECASE,
)
PRONOUN = re.compile(
    r"\b(?:it|that|this|them|these|one|same|again)\b|它|那个|这个|这份|同样|再来|刚才|一样",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """A tool and its arguments."""

    tool: str
    arguments: dict[str, Any]


@dataclass(frozen=True, slots=True)
class CallPlan:
    """Calls in their order, and words: for a plan without calls, or after those it has."""

    calls: tuple[PlannedCall, ...]
    words: str = ""


def make_plan(text: str, memory: DialogueState, tools: Collection[str]) -> CallPlan:
    """What to do about a request, with what was spoken of before and the tools that there are."""
    language = language_of(text)
    if REFUSED.match(text):
        return CallPlan((), say("no", language))
    calls: list[PlannedCall] = []
    for step, guess in _steps(text, memory):
        intent = _settled(guess, step, memory)
        if intent in TALK or intent == "unclear":
            if not calls:
                return CallPlan((), say(intent, language))
            continue
        built = BUILDERS[intent](step, memory) if intent in BUILDERS else Missing("other")
        if isinstance(built, Missing) or intent not in tools:
            what = built.what if isinstance(built, Missing) else "other"
            return CallPlan(tuple(calls), say(what, language))
        calls.append(PlannedCall(intent, built))
        memory.note(intent, built)
    return CallPlan(tuple(calls))


def _steps(text: str, memory: DialogueState) -> list[tuple[ParsedRequest, str]]:
    """The steps with what each asks for; what is no step of its own belongs to the one before."""
    whole = read_request(text, memory.names)
    pieces = split_steps(text)
    if len(pieces) == 1:
        return [(whole, _intent(whole))]
    found: list[tuple[str, ParsedRequest, str]] = []
    for piece in pieces:
        request = read_request(piece, memory.names)
        intent = _intent(request)
        if found and (intent in TALK or intent == "unclear" or _continues(intent, request, found)):
            joined = f"{found[-1][0]}, {piece}"
            again = read_request(joined, memory.names)
            found[-1] = (joined, again, found[-1][2])
        else:
            found.append((piece, request, intent))
    real = [item for item in found if item[2] not in TALK and item[2] != "unclear"]
    if len(real) <= 1:
        return [(whole, real[0][2] if real else _intent(whole))]
    return [(request, intent) for _, request, intent in real]


def _continues(
    intent: str, request: ParsedRequest, found: list[tuple[str, ParsedRequest, str]]
) -> bool:
    """Whether a piece only adds to the step before: the same tool, and nothing named anew."""
    same = intent == found[-1][2]
    return same and (intent == "find_models" or not request.all("file", "folder", "text", "name"))


def _intent(step: ParsedRequest) -> str:
    found = scores(step.masked)
    best = int(np.argmax(found))
    return labels()[best] if found[best] >= SURE else "unclear"


def _settled(intent: str, step: ParsedRequest, memory: DialogueState) -> str:
    """Where what is named decides between tools that sound alike."""
    files, texts, names = step.all("file"), step.all("text"), step.all("name", "newname")
    if intent in ("other", "unclear") and len(names) == 1 and texts and not files:
        return "predict"
    if intent == "predict" and files and not texts:
        return "predict_file" if names or memory.model else intent
    if intent == "predict_file" and texts and not files:
        return "predict"
    if intent == "evaluate_model" and not files and not (memory.data and _speaks_of_data(step)):
        return "describe_model"
    if intent == "describe_model" and files:
        return "evaluate_model" if names else "inspect_data"
    if intent == "inspect_data" and not files and names:
        return "describe_model"
    if intent == "find_models" and (files or (memory.data and _speaks_of_data(step))):
        return "compare_models"
    if intent == "search_documents" and texts and memory.model and PRONOUN.search(step.masked):
        return "predict"
    if intent in ("inspect_data", *TALK) and files and first(METHODS, step.masked):
        return "tune_model"
    if intent == "delete_model" and not names and not PRONOUN.search(step.masked):
        return intent if re.search(r"\bmodel\b|模型", step.masked) else "other"
    if intent == "list_models" and names:
        return "describe_model"
    return intent


def _speaks_of_data(step: ParsedRequest) -> bool:
    return (
        re.search(r"\bon (?:it|that|this|the same)\b|同样的|这份|那个文件", step.masked) is not None
    )

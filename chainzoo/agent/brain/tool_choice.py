"""Choose between tools that sound alike, by what a request mentions."""

from __future__ import annotations

import re

from chainzoo.agent.brain.dialogue_state import DialogueState
from chainzoo.agent.brain.intent import SMALL_TALK
from chainzoo.agent.brain.lexicon import METHODS, first_match
from chainzoo.agent.brain.mentions import ParsedRequest

PRONOUN = re.compile(
    r"\b(?:it|that|this|them|these|one|same|again)\b|它|那个|这个|这份|同样|再来|刚才|一样",
    re.IGNORECASE,
)
SAME_DATA = re.compile(r"\bon (?:it|that|this|the same)\b|同样的|这份|那个文件")


def choose_tool(intent: str, request: ParsedRequest, state: DialogueState) -> str:
    """The tool or the kind of small talk that a classified request stands for.

    The mentions overrule the classifier where they leave only one sensible tool: a file cannot be
    described as a model, and a model without data cannot be evaluated.
    """
    files, texts = request.values("file"), request.values("text")
    names = request.values("name", "newname")
    same_data = bool(state.data) and SAME_DATA.search(request.masked) is not None
    refers_back = PRONOUN.search(request.masked) is not None
    match intent:
        case "other" | "unclear" if len(names) == 1 and texts and not files:
            return "predict"
        case "predict" if files and not texts and (names or state.model):
            return "predict_file"
        case "predict_file" if texts and not files:
            return "predict"
        case "evaluate_model" if not files and not same_data:
            return "describe_model"
        case "describe_model" if files:
            return "evaluate_model" if names else "inspect_data"
        case "inspect_data" if not files and names:
            return "describe_model"
        case "find_models" if files or same_data:
            return "compare_models"
        case "search_documents" if texts and state.model and refers_back:
            return "predict"
        case "delete_model" if not names and not refers_back:
            return intent if re.search(r"\bmodel\b|模型", request.masked) else "other"
        case "list_models" if names:
            return "describe_model"
    if intent in ("inspect_data", *SMALL_TALK) and files and _names_method(request):
        return "tune_model"
    return intent


def _names_method(request: ParsedRequest) -> bool:
    return first_match(METHODS, request.masked) is not None

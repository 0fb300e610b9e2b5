"""Arguments of the tools on tuned models: evaluate, predict, list, describe, promote, delete."""

from __future__ import annotations

import re

from chainzoo.agent.brain.arguments.common import (
    BuiltArguments,
    MissingArgument,
    mentioned_model,
    plain_name,
)
from chainzoo.agent.brain.dialogue_state import DialogueState
from chainzoo.agent.brain.mentions import ParsedRequest
from chainzoo.agent.brain.patterns import IDENTIFIER

USUAL_ALIASES = re.compile(
    r"\b(production|staging|champion|live|canary|default|shadow|beta|candidate)\b|(生产|正式|线上|上线|预发|测试环境)",
    re.IGNORECASE,
)
ALIAS_WORDS = {"live": "production", "生产": "production", "正式": "production",
               "线上": "production", "上线": "production", "预发": "staging",
               "测试环境": "staging"}  # fmt: skip
NAMED_ALIAS = re.compile(
    rf"(?:\balias(?:\s+called|\s+named)?|别名)\s*(?:为|是|叫|to)?\s*[\"“「]?({IDENTIFIER})",
    re.IGNORECASE,
)
AFTER_COLON = re.compile(r"[:：]\s*(.+)$", re.DOTALL)
AFTER_PREPOSITION = re.compile(r"\b(?:about|on|for|to)\s+(?:the (?:text|sentence)\s+)?(.+?)[?]*$")


def evaluate_model(request: ParsedRequest, state: DialogueState) -> BuiltArguments:
    """A model and a file."""
    model, data = mentioned_model(request, state), request.first("file") or state.data
    if not model:
        return MissingArgument("model")
    return {"model": model, "data": data} if data else MissingArgument("data")


def predict(request: ParsedRequest, state: DialogueState) -> BuiltArguments:
    """A model and texts."""
    texts, model = _texts(request), mentioned_model(request, state)
    if not model:
        return MissingArgument("model")
    return {"model": model, "texts": texts} if texts else MissingArgument("texts")


def _texts(request: ParsedRequest) -> list[str]:
    """The texts in quotation marks, else what follows a colon, else what follows “about”."""
    if texts := request.values("text"):
        return texts
    if after := AFTER_COLON.search(request.text):
        parts = re.split(r"\s*[;；|]\s*", after.group(1))
        if texts := [part.strip() for part in parts if part.strip()]:
            return texts
    after = AFTER_PREPOSITION.search(request.text)
    return [after.group(1)] if after and request.first("name") is not None else []


def predict_file(request: ParsedRequest, state: DialogueState) -> BuiltArguments:
    """A model, a file, and a file to write if the request names a second one."""
    files = request.values("file") or request.values("folder")
    model = mentioned_model(request, state)
    data = files[0] if files else state.data
    if not model:
        return MissingArgument("model")
    if not data:
        return MissingArgument("data")
    arguments = {"model": model, "data": data}
    return {**arguments, "output": files[1]} if len(files) > 1 else arguments


def list_models(request: ParsedRequest, state: DialogueState) -> BuiltArguments:
    """No arguments."""
    return {}


def describe_model(request: ParsedRequest, state: DialogueState) -> BuiltArguments:
    """A model."""
    model = mentioned_model(request, state)
    return {"model": model} if model else MissingArgument("model")


def promote_model(request: ParsedRequest, state: DialogueState) -> BuiltArguments:
    """A model, and an alias if the request names one."""
    names = request.values("name", "newname")
    alias = _alias(request, names)
    models = [name for name in names if name != alias]
    model = models[0] if models else plain_name(request, state) or state.model
    if not model:
        return MissingArgument("model")
    return {"model": model, "alias": alias} if alias else {"model": model}


def _alias(request: ParsedRequest, names: list[str]) -> str | None:
    """The alias that is named as such, a usual one, or the second name."""
    if named := NAMED_ALIAS.search(request.text):
        return named.group(1)
    if usual := USUAL_ALIASES.search(request.masked):
        word = (usual.group(1) or usual.group(2)).lower()
        return ALIAS_WORDS.get(word, word)
    return names[1] if len(names) > 1 else None


def delete_model(request: ParsedRequest, state: DialogueState) -> BuiltArguments:
    """A model that is named, or the last one."""
    model = mentioned_model(request, state)
    return {"model": model} if model else MissingArgument("model")

"""Arguments that several tools share: the data, the task and the tuned model that are meant."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from chainzoo.agent.brain.dialogue_state import DialogueState
from chainzoo.agent.brain.lexicon import first_match, task_words
from chainzoo.agent.brain.mentions import MASKS, ParsedRequest

# Phrases after which a plain word is the name of a model or a run.
NAME_PHRASES = (
    r"\b(?:how (?:good|accurate|well|reliable) (?:is|does)|evaluate|score|assess|describe|delete|remove|"
    r"promote|stop|cancel|abort|kill|drop|using|with|by|does|would|ask|use|run|details (?:on|of)|status of|"
    r"progress of|accuracy of|(?:tell me )?about|is|has|did|make|set|push|deploy|release|ship|erase|"
    r"(?:the )?model|for model|run)\s+(?:the (?:model|run|job)\s+)?([A-Za-z]\w{2,})\b"
)
# Words that are not names although they follow such a phrase.
_NOT_NAMES = """
the this that these those it its model models run runs training file data all any some my
our your new old last first second one ones everything anything something what which how
who when where why please now then good bad best better job work fine tuning tuned trained
done ready finished running production staging live version alias text texts label labels
entities sentiment rows row lines line column set result results answer answers
predictions prediction accuracy score scores quality performance progress status details
info information history report recipe settings name names lora qlora full head epoch
epochs batch size learning rate method task in on of for to with by and or not no yes ok
okay there here you we they them us me i a an is are was were be been being do does did
still yet already going doing coming getting complete completed failed crashed stuck over
out up down words say said says tell told give given get got make made take taken use used
using spam positive negative each every whole entire final latest current recent
best-performing correct right wrong documents document folder handbook manual docs policy
policies index collection so far your mine about against from into than well long much
many more less most least very too also only just
"""
NOT_NAMES = frozenset(_NOT_NAMES.split())
PLACEHOLDERS = frozenset(MASKS.values()) - {"NAME"}


@dataclass(frozen=True, slots=True)
class MissingArgument:
    """The request does not name an argument that its tool requires; ``name`` chooses the reply."""

    name: str


BuiltArguments = dict[str, Any] | MissingArgument


def mentioned_task(request: ParsedRequest) -> str | None:
    """The task that the words name, outside of files and models."""
    return first_match(task_words(), request.masked)


def mentioned_data(request: ParsedRequest, state: DialogueState) -> str | None:
    """The file or folder that a request names, or the last one."""
    return request.first("file") or request.first("folder") or state.data


def mentioned_model(request: ParsedRequest, state: DialogueState) -> str | None:
    """The tuned model that a request names, also by a plain word, or the last one."""
    named = request.values("name")
    if named:
        return str(named[0])
    return (
        request.first("newname")
        or plain_name(request, state)
        or state.model
        or request.first("card")
    )


def mentioned_run(request: ParsedRequest, state: DialogueState) -> str | None:
    """The run that a request names, or the last one."""
    return request.first("name", "newname") or plain_name(request, state) or state.run


def plain_name(request: ParsedRequest, state: DialogueState) -> str | None:
    """A name that looks like any word (“is tickets done?”), found by the words before it."""
    for match in re.finditer(NAME_PHRASES, request.masked, re.IGNORECASE):
        word = match.group(1)
        if word in state.names:
            return word
        if word.lower() not in NOT_NAMES and word not in PLACEHOLDERS:
            return word
    return None

"""The arguments of a call, from what a step names and from what was spoken of before."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from chainzoo.agent.brain.dialogue_state import DialogueState
from chainzoo.agent.brain.lexicon import (
    LANGUAGES,
    LICENSES,
    METHODS,
    first,
    input_words,
    task_words,
)
from chainzoo.agent.brain.mentions import IDENTIFIER, ParsedRequest, is_chinese
from chainzoo.tasks import get_task

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
ALIASES = re.compile(
    r"\b(production|staging|champion|live|canary|default|shadow|beta|candidate)\b|(生产|正式|线上|上线|预发|测试环境)",
    re.IGNORECASE,
)
ALIAS_WORDS = {"live": "production", "生产": "production", "正式": "production",
               "线上": "production", "上线": "production", "预发": "staging",
               "测试环境": "staging"}  # fmt: skip
ALIAS_NAMED = re.compile(
    rf"(?:\balias(?:\s+called|\s+named)?|别名)\s*(?:为|是|叫|to)?\s*[\"“「]?({IDENTIFIER})",
    re.IGNORECASE,
)
COLLECTION = re.compile(
    rf"(?:\bcollection(?:\s+called|\s+named)?|集合)\s*[\"“「]?({IDENTIFIER})|"
    rf"\b(?:into|as)\s+(?:the\s+)?({IDENTIFIER})\s+collection|(?:放进|放到|导入|存到|到)({IDENTIFIER})(?:集合)",
    re.IGNORECASE,
)
ABOUT = re.compile(
    r"\b(?:about|regarding|concerning|on the (?:topic|subject) of|mentions?|explains?|covers?|for|on|"
    r"says?)\s+(.+?)[?.!]*$|(?:关于|有关|搜索|查找|查一下|检索|搜一下|提到)(.+?)(?:的(?:内容|规定|部分|说明))?[？。！?]*$",
    re.IGNORECASE,
)
AFTER_COLON = re.compile(r"[:：]\s*(.+)$", re.DOTALL)
PLACE = re.compile(
    r"\b(?:folder|directory|dir|files? in|documents? in|everything in|everything under|pdfs in|docs in|"
    r"manuals in|policies in|under|index|ingest|read|load)\s+(?:called\s+|named\s+|the\s+)?([\w.-]+)|"
    r"(?:文件夹|目录)\s*([A-Za-z][\w.-]*)|([A-Za-z][\w.-]*)\s*(?:文件夹|目录|里的文档|下的)",
    re.IGNORECASE,
)
_NOT_PLACES = """
the our my all in it this that documents files folder them
"""
NOT_PLACES = frozenset(_NOT_PLACES.split())


@dataclass(frozen=True, slots=True)
class Missing:
    """A call cannot be made: what it would need."""

    what: str


Built = dict[str, Any] | Missing


def _task(step: ParsedRequest) -> str | None:
    """The task, from words outside of what is named."""
    return first(task_words(), step.masked)


def _data(step: ParsedRequest, memory: DialogueState) -> str | None:
    return step.one("file") or step.one("folder") or memory.data


def _model(step: ParsedRequest, memory: DialogueState) -> str | None:
    """The tuned model that is meant: named, a plain word in the place of a name, or the last."""
    named = step.all("name")
    if named:
        return str(named[0])
    return step.one("newname") or plain_name(step, memory) or memory.model or step.one("card")


WORD_PLACES = (
    r"\b(?:how (?:good|accurate|well|reliable) (?:is|does)|evaluate|score|assess|describe|delete|remove|"
    r"promote|stop|cancel|abort|kill|drop|using|with|by|does|would|ask|use|run|details (?:on|of)|status of|"
    r"progress of|accuracy of|(?:tell me )?about|is|has|did|make|set|push|deploy|release|ship|erase|"
    r"(?:the )?model|for model|run)\s+(?:the (?:model|run|job)\s+)?([A-Za-z]\w{2,})\b"
)
_PLAIN = """
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
PLAIN = frozenset(_PLAIN.split())  # fmt: skip


def plain_name(step: ParsedRequest, memory: DialogueState) -> str | None:
    """A name that looks like any word (“is tickets done?”), by the place where it stands."""
    for match in re.finditer(WORD_PLACES, step.masked, re.IGNORECASE):
        word = match.group(1)
        if word in memory.names:
            return word
        if word.lower() not in PLAIN and word not in (
            "FILE",
            "FOLDER",
            "CARD",
            "TEXT",
            "NUM",
            "SIZE",
        ):
            return word
    return None


def find_models(step: ParsedRequest, memory: DialogueState) -> Built:
    """Facts in words become filters; words without a fact are what is searched for."""
    masked = step.masked
    facts: dict[str, Any] = {
        "task": _task(step) or first(input_words(), masked),
        "language": first(LANGUAGES, masked),
        "license": first(LICENSES, masked),
        "max_size_mb": step.one("size"),
        "limit": step.one("limit"),
    }
    told = {name: value for name, value in facts.items() if value is not None}
    purpose = re.search(
        r"\bfor (?!NUM|a |the )([\w' -]{4,60}?)(?:\s+(?:under|below|in|with|that|please)\b|[?.,!]|$)",
        masked,
    )
    if "task" not in told and purpose:
        told["query"] = purpose.group(1).strip()
    elif not told:
        told["query"] = step.text.strip(" ?？。.!")
    return told


def inspect_data(step: ParsedRequest, memory: DialogueState) -> Built:
    """A file, or the one spoken of."""
    data = _data(step, memory)
    return {"data": data} if data else Missing("data")


def compare_models(step: ParsedRequest, memory: DialogueState) -> Built:
    """A file and perhaps cards."""
    data = _data(step, memory)
    if not data:
        return Missing("data")
    told: dict[str, Any] = {"data": data}
    if step.all("card"):
        told["models"] = list(dict.fromkeys(step.all("card")))
    task = _task(step)
    if task and not get_task(task).keywords.generic:
        told["task"] = task
    return told


def tune_model(step: ParsedRequest, memory: DialogueState) -> Built:
    """Everything that the step says of a tuning; “the same again” begins with the last one."""
    told: dict[str, Any] = {}
    if AGAIN.search(step.masked) and memory.tuning and not step.one("file"):
        told = dict(memory.tuning)
    told["data"] = _data(step, memory) or told.get("data")
    if not told["data"]:
        return Missing("data")
    card = step.one("card")
    if card is None and (THAT_CARD.search(step.masked) or AGAIN.search(step.masked)):
        card = told.get("model") or memory.card
    facts = {
        "model": card,
        "method": first(METHODS, step.masked),
        "epochs": step.one("epochs"),
        "learning_rate": step.one("rate"),
        "batch_size": step.one("batch"),
        "name": step.one("newname") or (step.all("name") or [None])[0],
        "task": _tuned_task(step),
    }
    told.update({name: value for name, value in facts.items() if value is not None})
    return told


def _tuned_task(step: ParsedRequest) -> str | None:
    """The task of a tuning; “a classifier” alone leaves it to the data."""
    return first(task_words(), re.sub(r"\b(?:FILE|NAME|CARD)\b", " ", step.masked))


def run_status(step: ParsedRequest, memory: DialogueState) -> Built:
    """A run, or none for the latest."""
    named = step.one("name", "newname") or plain_name(step, memory) or memory.run
    return {"run": named} if named else {}


def stop_run(step: ParsedRequest, memory: DialogueState) -> Built:
    """A run, or the one spoken of."""
    named = step.one("name", "newname") or plain_name(step, memory) or memory.run
    return {"run": named} if named else Missing("run")


def evaluate_model(step: ParsedRequest, memory: DialogueState) -> Built:
    """A model and a file."""
    model, data = _model(step, memory), step.one("file") or memory.data
    if not model:
        return Missing("model")
    return {"model": model, "data": data} if data else Missing("data")


def predict(step: ParsedRequest, memory: DialogueState) -> Built:
    """A model and texts: those in quotation marks, else what follows a colon."""
    texts = step.all("text")
    after = AFTER_COLON.search(step.text)
    if not texts and after:
        texts = [part.strip() for part in re.split(r"\s*[;；|]\s*", after.group(1)) if part.strip()]
    if not texts:
        said = re.search(
            r"\b(?:about|on|for|to)\s+(?:the (?:text|sentence)\s+)?(.+?)[?]*$", step.text
        )
        texts = [said.group(1)] if said and step.one("name") is not None else []
    model = _model(step, memory)
    if not model:
        return Missing("model")
    return {"model": model, "texts": texts} if texts else Missing("texts")


def predict_file(step: ParsedRequest, memory: DialogueState) -> Built:
    """A model, a file, and perhaps where to write."""
    files = step.all("file") or step.all("folder")
    model = _model(step, memory)
    data = files[0] if files else memory.data
    if not model:
        return Missing("model")
    if not data:
        return Missing("data")
    told = {"model": model, "data": data}
    return {**told, "output": files[1]} if len(files) > 1 else told


def list_models(step: ParsedRequest, memory: DialogueState) -> Built:
    """Nothing need be known."""
    return {}


def describe_model(step: ParsedRequest, memory: DialogueState) -> Built:
    """A model."""
    model = _model(step, memory)
    return {"model": model} if model else Missing("model")


def promote_model(step: ParsedRequest, memory: DialogueState) -> Built:
    """A model and perhaps an alias."""
    names = step.all("name", "newname")
    named, said = ALIAS_NAMED.search(step.text), ALIASES.search(step.masked)
    alias = named.group(1) if named else None
    if alias is None and said:
        word = (said.group(1) or said.group(2)).lower()
        alias = ALIAS_WORDS.get(word, word)
    elif alias is None and len(names) > 1:
        alias = names[1]
    models = [name for name in names if name != alias]
    model = models[0] if models else plain_name(step, memory) or memory.model
    if not model:
        return Missing("model")
    return {"model": model, **({"alias": alias} if alias else {})}


def delete_model(step: ParsedRequest, memory: DialogueState) -> Built:
    """A model that is named, or spoken of as “it”."""
    model = _model(step, memory)
    return {"model": model} if model else Missing("model")


def _collection(step: ParsedRequest) -> str | None:
    found = COLLECTION.search(step.text)
    return next((group for group in found.groups() if group), None) if found else None


def index_documents(step: ParsedRequest, memory: DialogueState) -> Built:
    """A file or folder and perhaps a collection."""
    path = step.one("folder") or step.one("file")
    collection = _collection(step)
    if path is None:
        for match in PLACE.finditer(step.text):
            word = next(group for group in match.groups() if group)
            if word.lower() not in NOT_PLACES:
                path = word
                break
    names = [name for name in step.all("name") if name != collection]
    path = path or (names[0] if names else None)
    if not path:
        return Missing("path")
    return {"path": path, **({"collection": collection} if collection else {})}


def search_documents(step: ParsedRequest, memory: DialogueState) -> Built:
    """What is looked for: in quotation marks, after “about”, or the question itself."""
    quoted, about = step.one("text"), ABOUT.search(step.text)
    query = quoted or (next((g for g in about.groups() if g), None) if about else None)
    query = (query or step.text).strip(" ?？。.!")
    query = re.sub(
        r"\s+in (?:the |our |my )?(?:documents|docs|handbook|manual|files|index)$", "", query
    )
    collection = _collection(step) or memory.collection
    return {"query": query, **({"collection": collection} if collection else {})}


BUILDERS: dict[str, Callable[[ParsedRequest, DialogueState], Built]] = {
    build.__name__: build
    for build in (
        find_models, inspect_data, compare_models, tune_model, run_status, stop_run, evaluate_model,
        predict, predict_file, list_models, describe_model, promote_model, delete_model,
        index_documents, search_documents,
    )
}  # fmt: skip


def language_of(text: str) -> str:
    """The language to answer in."""
    return "zh" if is_chinese(text) else "en"

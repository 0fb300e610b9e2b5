"""Arguments of the tools on documents: index_documents, search_documents."""

from __future__ import annotations

import re

from chainzoo.agent.brain.arguments.common import BuiltArguments, MissingArgument
from chainzoo.agent.brain.dialogue_state import DialogueState
from chainzoo.agent.brain.mentions import ParsedRequest
from chainzoo.agent.brain.patterns import IDENTIFIER

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
FOLDER_PHRASES = re.compile(
    r"\b(?:folder|directory|dir|files? in|documents? in|everything in|everything under|pdfs in|docs in|"
    r"manuals in|policies in|under|index|ingest|read|load)\s+(?:called\s+|named\s+|the\s+)?([\w.-]+)|"
    r"(?:文件夹|目录)\s*([A-Za-z][\w.-]*)|([A-Za-z][\w.-]*)\s*(?:文件夹|目录|里的文档|下的)",
    re.IGNORECASE,
)
_NOT_FOLDERS = """
the our my all in it this that documents files folder them
"""
NOT_FOLDERS = frozenset(_NOT_FOLDERS.split())
IN_DOCUMENTS = re.compile(
    r"\s+in (?:the |our |my )?(?:documents|docs|handbook|manual|files|index)$"
)


def index_documents(request: ParsedRequest, state: DialogueState) -> BuiltArguments:
    """A file or folder, and a collection if the request names one."""
    collection = _collection(request)
    names = [name for name in request.values("name") if name != collection]
    path = (
        request.first("folder")
        or request.first("file")
        or _plain_folder(request.text)
        or (names[0] if names else None)
    )
    if not path:
        return MissingArgument("path")
    return {"path": path, "collection": collection} if collection else {"path": path}


def _plain_folder(text: str) -> str | None:
    """A folder that looks like any word, found by the words around it."""
    for match in FOLDER_PHRASES.finditer(text):
        word = next(group for group in match.groups() if group)
        if word.lower() not in NOT_FOLDERS:
            return word
    return None


def search_documents(request: ParsedRequest, state: DialogueState) -> BuiltArguments:
    """A query: the text in quotation marks, what follows “about”, or the question itself."""
    about = ABOUT.search(request.text)
    topic = next((group for group in about.groups() if group), None) if about else None
    query = (request.first("text") or topic or request.text).strip(" ?？。.!")
    query = IN_DOCUMENTS.sub("", query)
    collection = _collection(request) or state.collection
    return {"query": query, "collection": collection} if collection else {"query": query}


def _collection(request: ParsedRequest) -> str | None:
    match = COLLECTION.search(request.text)
    return next((group for group in match.groups() if group), None) if match else None

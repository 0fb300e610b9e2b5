"""Rasa's Markdown: ``## intent:greet`` and a list of examples."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chainzoo.data.encoding import read_lines
from chainzoo.data.losses import RowLosses
from chainzoo.data.options import ReadOptions
from chainzoo.data.rasa_examples import parse_rasa_example
from chainzoo.data.readers.reader import FileHead, Reader
from chainzoo.data.records import Record, Records

SECTION = re.compile(r"^##\s*(?P<kind>\w+)\s*:\s*(?P<name>.+?)\s*$")
ITEM = re.compile(r"^\s*[-*+]\s+(?P<text>.+?)\s*$")
INTENT = "intent"


class RasaMarkdownReader(Reader):
    """Files with sections ``## intent:…``."""

    name = "rasa_markdown"
    priority = 25

    def recognize(self, head: FileHead, options: ReadOptions) -> str | None:
        """A file with a section of an intent."""
        for line in head.lines:
            match = SECTION.match(line)
            if match and match["kind"] == INTENT:
                return "it has sections of intents"
        return None

    def read(self, head: FileHead, options: ReadOptions) -> Records:
        """Return the examples of all intents; synonyms, lookups and expressions are not read."""
        losses = RowLosses()
        return Records(_records(head, losses), ("text", "intent", "entities"), losses=losses)


READER = RasaMarkdownReader()


def _records(head: FileHead, losses: RowLosses) -> Iterator[Record]:
    intent = None
    for number, line in enumerate(read_lines(head.path, head.codec), 1):
        if line.startswith("#"):
            match = SECTION.match(line)
            intent = match["name"] if match and match["kind"] == INTENT else None
        elif intent is not None and (item := ITEM.match(line)):
            yield Record(number, parse_rasa_example(item["text"], intent, losses))

"""Rasa's YAML: a list ``nlu`` of intents, each with its examples."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from chainzoo.data.encoding import read_lines
from chainzoo.data.losses import RowLosses
from chainzoo.data.options import ReadOptions
from chainzoo.data.rasa_examples import parse_rasa_example
from chainzoo.data.readers.reader import FileHead, Reader
from chainzoo.data.records import Record, Records
from chainzoo.errors import DataError

SUFFIXES = (".yml", ".yaml")
KEY = re.compile(r"^nlu\s*:")
ITEM = re.compile(r"^\s*[-*+]\s+(.+?)\s*$")


class RasaYamlReader(Reader):
    """YAML files with the key ``nlu``."""

    name = "rasa_yaml"
    priority = 25

    def recognize(self, head: FileHead, options: ReadOptions) -> str | None:
        """A YAML file, or text, with the key ``nlu``."""
        if any(KEY.match(line) for line in head.lines):
            return "it has the key nlu"
        return f"its name ends in {head.suffix}" if head.suffix in SUFFIXES else None

    def read(self, head: FileHead, options: ReadOptions) -> Records:
        """Return the examples of all intents; ``line`` counts them from 1.

        Raises:
            DataError: it is not YAML, or has no examples of intents.
        """
        document = _load(head)
        sections = document.get("nlu") if isinstance(document, Mapping) else None
        if not isinstance(sections, list):
            found = ", ".join(map(str, document)) if isinstance(document, Mapping) else "no keys"
            raise DataError(
                f"expected Rasa's list of examples under the key nlu, found {found[:80]}.",
                file=head.path,
                remedy="Give the file with the training examples (nlu.yml), or CSV or JSON.",
            )
        losses = RowLosses()
        return Records(_records(sections, losses), ("text", "intent", "entities"), losses=losses)


READER = RasaYamlReader()


class _Loader(yaml.SafeLoader):
    """Loads values as text, without the aliases that can make a small file huge."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()
            raise yaml.YAMLError(f"aliases are not read (line {event.start_mark.line + 1})")
        return super().compose_node(parent, index)


def _load(head: FileHead) -> Any:
    try:
        return yaml.load("".join(read_lines(head.path, head.codec)), Loader=_Loader)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        raise DataError(
            f"the YAML is wrong: {getattr(error, 'problem', None) or error}.",
            file=head.path,
            line=mark.line + 1 if mark is not None else None,
            remedy="Correct this place.",
        ) from None


def _records(sections: list[Any], losses: RowLosses) -> Iterator[Record]:
    number = 0
    for section in sections:
        # A section may also be a synonym, a lookup table or a regular expression.
        if not isinstance(section, Mapping) or not section.get("intent"):
            continue
        for example in _examples(section.get("examples")):
            number += 1
            values = parse_rasa_example(example, str(section["intent"]), losses)
            yield Record(number, values)


def _examples(value: Any) -> Iterator[str]:
    """Yield the examples: a block of text with a list, or a list of objects with a text."""
    if isinstance(value, str):
        for line in value.splitlines():
            if match := ITEM.match(line):
                yield match[1]
    elif isinstance(value, list):
        for item in value:
            text = item.get("text") if isinstance(item, Mapping) else item
            if isinstance(text, str) and text.strip():
                stripped = text.strip()
                yield stripped.removeprefix("- ")

"""Rasa's examples as it writes them in lines: entities in brackets, with their type behind."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from chainzoo.data.losses import RowLosses

ENTITY = re.compile(
    r"\[(?P<value>[^\[\]]+?)\](?:\((?P<plain>[^()]+?)\)|(?P<object>\{[^{}]+?\})|\[(?P<list>\{.+?\}(?:,\s*\{.+?\})*)\])"
)


def parse_rasa_example(example: str, intent: str, losses: RowLosses) -> dict[str, Any]:
    """Return an example as Rasa's JSON has it, with the entities' offsets in the plain text.

    >>> parse_rasa_example("to [Rome](city)", "travel", RowLosses())["entities"]
    [{'start': 3, 'end': 7, 'value': 'Rome', 'entity': 'city'}]
    """
    pieces: list[str] = []
    entities: list[dict[str, Any]] = []
    length = at = 0
    for match in ENTITY.finditer(example):
        before, value = example[at : match.start()], match["value"]
        start = length + len(before)
        length, at = start + len(value), match.end()
        pieces += [before, value]
        fields = _fields(match)
        if fields.get("entity"):
            entities.append({"start": start, "end": length, "value": value, **fields})
        else:
            losses.add("entities have no readable type; they are left out.")
    text = "".join((*pieces, example[at:]))
    shift = len(text) - len(text.lstrip())
    for entity in entities:
        entity["start"], entity["end"] = entity["start"] - shift, entity["end"] - shift
    return {"text": text.strip(), "intent": intent, "entities": entities}


def _fields(match: re.Match[str]) -> Mapping[str, Any]:
    """Return the type of an entity, and its normalised value if there is one."""
    if match["plain"]:
        entity, _, value = match["plain"].partition(":")
        return {"entity": entity.strip(), **({"value": value.strip()} if value else {})}
    try:
        fields = json.loads(match["object"] or f"[{match['list']}]")
    except ValueError:
        return {}
    # Of several entities on the same words the first is read.
    fields = fields[0] if isinstance(fields, list) else fields
    return {key: fields[key] for key in ("entity", "value") if key in fields}

"""Helpers of the tests of annotation tools: rows of Label Studio, and entities as they are read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from chainzoo.data import ReadOptions, Table
from chainzoo.data.read import read_table


def read_rows(tmp_path: Path, rows: list[Any], **options: Any) -> Table:
    """Read rows that are written as JSON Lines."""
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return read_table(path, ReadOptions.of(**options))


def entities(table: Table) -> list[list[tuple[str, str]]]:
    """Return the text and the type of the entities of each example."""
    return [[(e.text[s.start : s.end], s.label) for s in e.spans] for e in table.examples]


def task(text: str, *annotations: dict[str, Any], key: str = "text") -> dict[str, Any]:
    """Return a task of Label Studio."""
    return {"id": 1, "data": {key: text}, "annotations": list(annotations)}


def region(start: int, end: int, text: str, label: str, name: str = "r") -> dict[str, Any]:
    """Return a labelled region of Label Studio."""
    value = {"start": start, "end": end, "text": text, "labels": [label]}
    return {"id": name, "from_name": "ner", "to_name": "text", "type": "labels", "value": value}


def choice(*labels: str, control: str = "kind") -> dict[str, Any]:
    """Return a choice of Label Studio."""
    value = {"choices": list(labels)}
    return {"from_name": control, "to_name": "text", "type": "choices", "value": value}

"""Readers of other packages: registered by a program, or installed."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from chainzoo import extension_points
from chainzoo.data import ReadOptions
from chainzoo.data.read import read_table
from chainzoo.data.readers import (
    FileHead,
    Reader,
    readers_by_priority,
    register_reader,
    unregister_reader,
)
from chainzoo.data.records import Record, Records


class StarsReader(Reader):
    """Lines such as ``*** text``: the label is the number of stars."""

    name = "stars"
    priority = 45

    def recognize(self, head: FileHead, options: ReadOptions) -> str | None:
        return "its lines begin with stars" if head.filled_lines[0].startswith("*") else None

    def read(self, head: FileHead, options: ReadOptions) -> Records:
        lines = head.path.read_text(head.codec).splitlines()
        rows = (
            Record(number, {"text": line.lstrip("* "), "label": line.count("*")})
            for number, line in enumerate(lines, 1)
        )
        return Records(rows, ("text", "label"))


READER = StarsReader()  # What an entry point of these tests loads.


@pytest.fixture
def stars(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "a.txt"
    path.write_text("*** good enough\n* not good\n*** will do\n", "utf-8")
    yield path
    unregister_reader("stars")


def test_readers_are_asked_in_order_of_priority() -> None:
    assert [reader.name for reader in readers_by_priority()] == [
        "image_folder",
        "parquet",
        "brat",
        "webanno_tsv",
        "brat_folder",
        "excel",
        "rasa_markdown",
        "rasa_yaml",
        "json_document",
        "jsonl",
        "semeval",
        "eou_lines",
        "conll",
        "delimited",
        "text_lines",
    ]


def test_a_registered_reader_reads_its_format(stars: Path) -> None:
    register_reader(StarsReader())
    table = read_table(stars)
    assert [e.labels for e in table.examples] == [("3",), ("1",), ("3",)]
    assert ("format", "stars", "its lines begin with stars") in {
        (option.name, option.value, option.reason) for option in table.inferred
    }


def test_an_installed_reader_is_found_by_its_entry_point(
    stars: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    groups = {"chainzoo.readers": [EntryPoint("stars", "test_readers:READER", "chainzoo.readers")]}
    monkeypatch.setattr(extension_points, "entry_points", lambda group: groups.get(group, []))
    assert len(read_table(stars)) == 3

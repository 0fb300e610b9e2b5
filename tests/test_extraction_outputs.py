"""Tables and graphs of extracted facts."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import networkx
import pytest

from chains.information_extraction import DocumentFacts, EntityMention, Fact, FactGraph
from chains.information_extraction.entity_linking import normalize_name
from chains.information_extraction.output_files import COLUMNS, write_table
from chainzoo import DataError


def mention(text: str, entity_type: str = "FIRM", start: int = 0) -> EntityMention:
    entity_id = f"{entity_type}:{normalize_name(text)}"
    return EntityMention(text, entity_type, start, start + len(text), 0.9, entity_id)


def document(
    firm: str, relation: str, city: str, source: str = "a.txt", score: float = 0.8
) -> DocumentFacts:
    head, tail = mention(firm), mention(city, "CITY", 20)
    fact = Fact(head, relation, tail, score, f"{firm} … {city}.")
    return DocumentFacts({"source": source}, (head, tail), (fact,))


def test_a_graph_aggregates_mentions_and_relations_of_linked_entities(tmp_path: Path) -> None:
    graph = FactGraph()
    graph.add(document("Acme Ltd", "is in", "Oslo"))
    graph.add(document("ACME", "is in", "Oslo", "b.txt", 0.95))
    graph.write(tmp_path / "g.graphml")
    graph.write(tmp_path / "g.json")
    graph.plot(tmp_path / "g.png")
    loaded = networkx.read_graphml(tmp_path / "g.graphml")
    assert loaded.nodes["FIRM:acme"] == {
        "name": "Acme Ltd",
        "type": "FIRM",
        "mentions": 2,
        "documents": 2,
        "aliases": "ACME | Acme Ltd",
    }
    (edge,) = loaded.edges(data=True)
    assert (edge[2]["count"], edge[2]["score"], edge[2]["source"]) == (2, 0.95, "b.txt")
    assert len(json.loads((tmp_path / "g.json").read_text("utf-8"))["nodes"]) == 2
    assert (tmp_path / "g.png").read_bytes().startswith(b"\x89PNG")


def test_tables_hold_a_row_a_fact_or_a_line_a_document(tmp_path: Path) -> None:
    write_table(tmp_path / "t.csv", iter([document("Acme", "is in", "Oslo")]))
    rows = list(csv.reader((tmp_path / "t.csv").open(encoding="utf-8", newline="")))
    assert rows[0] == list(COLUMNS)
    assert rows[1][:5] == ["Acme", "FIRM", "is in", "Oslo", "CITY"]
    write_table(tmp_path / "t.jsonl", iter([document("Acme", "is in", "Oslo")]))
    (line,) = (tmp_path / "t.jsonl").read_text("utf-8").splitlines()
    assert json.loads(line)["facts"][0]["relation"] == "is in"


def failing_documents() -> Iterator[DocumentFacts]:
    yield document("Acme", "is in", "Oslo")
    raise DataError("the next document is broken.")


def test_a_failed_write_keeps_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("old", "utf-8")
    with pytest.raises(DataError, match="broken"):
        write_table(path, failing_documents())
    assert path.read_text("utf-8") == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["t.csv"]


def test_a_path_that_cannot_be_written_is_named_in_the_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(DataError, match=r"file/t\.csv: cannot be written"):
        write_table(tmp_path / "file" / "t.csv", [])

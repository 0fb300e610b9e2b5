"""Facts of documents: equal names are one thing; tables and graphs are whole or not there."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import networkx
import pytest

from chains.information_extraction.extractor import DocumentFacts, Fact, Mention, documents_in
from chains.information_extraction.files import COLUMNS, beside, write_rows
from chains.information_extraction.graph import FactGraph
from chains.information_extraction.linking import initials, link, normalised
from chainzoo import Zoo
from chainzoo.cli import main
from chainzoo.errors import DataError
from chainzoo.home import Home


def mention(text: str, kind: str = "FIRM", at: int = 0) -> Mention:
    return Mention(text, kind, at, at + len(text), 0.9, f"{kind}:{normalised(text)}")


def said(
    head: str, relation: str, tail: str, source: str = "a.txt", score: float = 0.8
) -> DocumentFacts:
    one, other = mention(head), mention(tail, "CITY", 20)
    fact = Fact(one, relation, other, score, f"{head} … {tail}.")
    return DocumentFacts({"source": source}, (one, other), (fact,))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Acme Corp.", "ACME"),
        ("The Acme Company", "Acme"),
        ("U.N.", "UN"),
        ("Dr. Clara Weiss", "Clara  Weiss"),
        ("Novak's", "Novak"),
        ("华为技术有限公司", "华为技术"),
        ("Ａｃｍｅ", "Acme"),
    ],
)
def test_spellings_of_one_name(one: str, other: str) -> None:
    assert normalised(one) == normalised(other)


def test_what_is_only_a_legal_form_keeps_its_name() -> None:
    assert normalised("Co") == "co"
    assert normalised("!!!") == "!!!"


def test_short_names_are_those_of_the_only_longer_one() -> None:
    names = [("ORG", "European Union"), ("ORG", "EU"), ("PER", "Barack Obama"), ("PER", "Obama")]
    found = link(names)
    assert initials("European Union") == "eu"
    assert found["ORG", "EU"] == ("ORG", "european union")
    assert found["PER", "Obama"] == ("PER", "barack obama")


def test_a_short_name_of_two_stays_itself() -> None:
    found = link([("PER", "Ann Cole"), ("PER", "Bob Cole"), ("PER", "Cole"), ("LOC", "Cole")])
    assert found["PER", "Cole"] == ("PER", "cole")
    assert found["LOC", "Cole"] == ("LOC", "cole")


def test_a_graph_adds_up(tmp_path: Path) -> None:
    graph = FactGraph()
    graph.add(said("Acme Ltd", "is in", "Oslo"))
    graph.add(said("ACME", "is in", "Oslo", "b.txt", 0.95))
    graph.write(tmp_path / "g.graphml")
    graph.write(tmp_path / "g.json")
    graph.draw(tmp_path / "g.png")
    found = networkx.read_graphml(tmp_path / "g.graphml")
    assert found.nodes["FIRM:acme"] == {
        "name": "Acme Ltd", "type": "FIRM", "mentions": 2, "documents": 2, "also": "ACME | Acme Ltd",
    }  # fmt: skip
    (edge,) = found.edges(data=True)
    assert (edge[2]["count"], edge[2]["score"], edge[2]["source"]) == (2, 0.95, "b.txt")
    assert len(json.loads((tmp_path / "g.json").read_text("utf-8"))["nodes"]) == 2
    assert (tmp_path / "g.png").read_bytes().startswith(b"\x89PNG")


def test_tables_are_written_as_documents_come(tmp_path: Path) -> None:
    write_rows(tmp_path / "t.csv", iter([said("Acme", "is in", "Oslo")]))
    rows = list(csv.reader((tmp_path / "t.csv").open(encoding="utf-8", newline="")))
    assert rows[0] == list(COLUMNS)
    assert rows[1][:5] == ["Acme", "FIRM", "is in", "Oslo", "CITY"]
    write_rows(tmp_path / "t.jsonl", iter([said("Acme", "is in", "Oslo")]))
    (line,) = (tmp_path / "t.jsonl").read_text("utf-8").splitlines()
    assert json.loads(line)["facts"][0]["relation"] == "is in"


def test_a_failure_half_way_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("old", "utf-8")

    def fill(at: Path) -> None:
        at.write_text("half", "utf-8")
        raise DataError("the next document is broken.")

    with pytest.raises(DataError, match="broken"):
        beside(path, fill)
    assert path.read_text("utf-8") == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["t.csv"]


def test_documents_of_a_folder_in_order(tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_text("two", "utf-8")
    (tmp_path / "a.md").write_text("# One\n\none", "utf-8")
    assert [Path(d.metadata["source"]).name for d in documents_in(tmp_path)] == ["a.md", "b.txt"]
    with pytest.raises(DataError, match="no such file"):
        list(documents_in(tmp_path / "nosuch"))


def test_the_verb(
    stocked: Home,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A model of names alone: names of one sentence are mentioned together."""
    firms, cities = ("Kestrel", "Ostra", "Fenwick", "Marula"), ("Oslo", "Lisbon", "Cairo", "Lima")
    rows = []
    for firm in firms:
        for city in cities:
            for form in ("{f} is in {c}.", "The office of {f} is in {c}.", "In {c} stands {f}."):
                text = form.format(f=firm, c=city)
                spans = [
                    [text.index(n), text.index(n) + len(n), k]
                    for n, k in ((firm, "FIRM"), (city, "CITY"))
                ]
                rows.append({"text": text, "label": spans})
    settings = {"method": "full", "epochs": 4, "learning_rate": 3e-4, "name": "names"}
    assert Zoo(stocked).tune(rows, **settings).wait().score > 0.9
    monkeypatch.setenv("CHAINZOO_HOME", str(stocked.root))
    (tmp_path / "note.txt").write_text("Kestrel is in Lisbon.\nIn Lima stands Ostra.", "utf-8")
    out = tmp_path / "graph.graphml"
    asked = [
        "extract",
        str(tmp_path / "note.txt"),
        "--entities",
        "names",
        "--out",
        str(out),
        "--json",
    ]
    with pytest.raises(SystemExit) as ended:
        main(asked)
    assert ended.value.code == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["documents"], told["facts"]) == (1, 2)
    edges = networkx.read_graphml(out).edges(data="relation")
    assert {frozenset(edge[:2]) for edge in edges} == {
        frozenset({"FIRM:kestrel", "CITY:lisbon"}),
        frozenset({"FIRM:ostra", "CITY:lima"}),
    }
    with pytest.raises(SystemExit) as ended:
        main(["extract", str(tmp_path), "--entities", "names", "--out", str(tmp_path / "x.doc")])
    assert ended.value.code == 1
    assert "End it in .csv" in " ".join(capsys.readouterr().err.split())

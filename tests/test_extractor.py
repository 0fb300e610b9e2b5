"""The extractor and the command ``chainzoo extract``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import networkx
import pytest

from chains.information_extraction import ExtractionConfig, build_extractor, load_documents
from chainzoo import DataError, PredictionError, Zoo
from chainzoo.cli import main
from chainzoo.home import Home
from tests.random_models import publish

FIRMS = ("Kestrel", "Ostra", "Fenwick", "Marula")
CITIES = ("Oslo", "Lisbon", "Cairo", "Lima")
FORMS = ("{f} is in {c}.", "The office of {f} is in {c}.", "In {c} stands {f}.")


def training_row(form: str, firm: str, city: str) -> dict[str, Any]:
    """A sentence with the spans of its firm and its city."""
    text = form.format(f=firm, c=city)
    spans = [
        [text.index(name), text.index(name) + len(name), label]
        for name, label in ((firm, "FIRM"), (city, "CITY"))
    ]
    return {"text": text, "label": spans}


def run_command(*arguments: str) -> int:
    with pytest.raises(SystemExit) as exit_info:
        main(["extract", *arguments])
    return int(exit_info.value.code or 0)


def test_documents_of_a_folder_are_loaded_in_order(tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_text("two", "utf-8")
    (tmp_path / "a.md").write_text("# One\n\none", "utf-8")
    names = [Path(d.metadata["source"]).name for d in load_documents(tmp_path)]
    assert names == ["a.md", "b.txt"]
    with pytest.raises(DataError, match="no such file"):
        list(load_documents(tmp_path / "nosuch"))


def test_a_model_of_another_task_is_refused(stocked: Home) -> None:
    publish(stocked, "mood", "text-classification")
    with pytest.raises(PredictionError, match="--entities needs a model of token-classification"):
        build_extractor(ExtractionConfig(entities="mood"), Zoo(stocked))


def test_without_relations_entities_of_a_sentence_co_occur(
    stocked: Home,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    rows = [training_row(form, f, c) for f in FIRMS for c in CITIES for form in FORMS]
    settings = {"method": "full", "epochs": 4, "learning_rate": 3e-4, "name": "names"}
    assert Zoo(stocked).tune(rows, **settings).wait().score > 0.9
    monkeypatch.setenv("CHAINZOO_HOME", str(stocked.root))
    (tmp_path / "note.txt").write_text("Kestrel is in Lisbon.\nIn Lima stands Ostra.", "utf-8")
    out = tmp_path / "graph.graphml"
    note = str(tmp_path / "note.txt")
    assert run_command(note, "--entities", "names", "--out", str(out), "--json") == 0
    counts = json.loads(capsys.readouterr().out)
    assert (counts["documents"], counts["facts"]) == (1, 2)
    edges = networkx.read_graphml(out).edges(data="relation")
    assert {frozenset(edge[:2]) for edge in edges} == {
        frozenset({"FIRM:kestrel", "CITY:lisbon"}),
        frozenset({"FIRM:ostra", "CITY:lima"}),
    }
    unknown_format = str(tmp_path / "x.doc")
    assert run_command(str(tmp_path), "--entities", "names", "--out", unknown_format) == 1
    assert "End it in .csv" in " ".join(capsys.readouterr().err.split())

"""Documents: every format, incremental indexing, search by meaning and by keywords."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import docx
import pytest
from matplotlib.figure import Figure

from chainzoo.errors import DataError
from chainzoo.home import Home
from chainzoo.retrieval import index_documents, search_documents
from chainzoo.retrieval.search import fuse_rankings


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    """A folder with a document of every format."""
    folder = tmp_path / "documents"
    (folder / "deep").mkdir(parents=True)
    (folder / "hours.txt").write_text("The shop opens at nine and closes at six on weekdays.")
    (folder / "returns.md").write_text(
        "# Returns\nGoods may be sent back within thirty days.\n\n# Shipping\nParcels to Norway"
        " cost twelve euros.\n"
    )
    (folder / "safety.html").write_text(
        "<html><title>Safety</title><script>alert(1)</script><p>Wear a helmet in the hall.</p>"
    )
    (folder / "prices.csv").write_text("item,price\nlamp,20 euros\nteapot,35 euros\n")
    (folder / "deep" / "加班.txt").write_bytes(
        "加班费按平时工资的一点五倍计算。年假为十五天。".encode("gb18030")
    )
    document = docx.Document()
    document.add_heading("Pets")
    document.add_paragraph("Dogs may come to the office on Fridays.")
    document.save(str(folder / "pets.docx"))
    page = Figure(figsize=(4, 2))
    page.text(0.1, 0.5, "The warranty lasts two years.")
    page.savefig(folder / "warranty.pdf")
    return folder


def test_every_format_is_found_with_its_citation(stocked: Home, documents: Path) -> None:
    report = index_documents(stocked, documents)
    assert len(report.added) == 7
    assert report.failed == {}
    citations = {
        "when does the shop open?": "hours.txt",
        "sending goods back": "returns.md, line 1, “Returns”",
        "postage to Norway": "returns.md, line 4, “Shipping”",
        "protecting the head": "safety.html, “Safety”",
        "what does the teapot cost": "prices.csv, row 3",
        "bringing a dog to work": "pets.docx, “Pets”",
        "how long is the warranty": "warranty.pdf, page 1",
        "加班费怎么算": "加班.txt",
    }
    for query, citation in citations.items():
        best = search_documents(stocked, query)[0]
        assert best.citation == citation, query
        assert "alert" not in best.text


def test_only_changed_files_are_read_again(stocked: Home, documents: Path) -> None:
    index_documents(stocked, documents, "shop")
    (documents / "hours.txt").write_text("The shop is closed on Mondays.")
    (documents / "pets.docx").unlink()
    (documents / "broken.pdf").write_bytes(b"%PDF-1.4 nothing")
    report = index_documents(stocked, documents, "shop")
    assert [Path(name).name for name in report.updated] == ["hours.txt"]
    assert [Path(name).name for name in report.removed] == ["pets.docx"]
    assert report.unchanged == 5
    assert "broken.pdf" in next(iter(report.failed.values()))
    passages = search_documents(stocked, "opening hours of the shop", "shop")
    assert any("closed on Mondays" in passage.text for passage in passages)
    assert not any("nine" in passage.text for passage in passages)


def test_an_empty_collection_and_a_missing_file_are_errors(stocked: Home, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="empty"):
        search_documents(stocked, "anything", "nothing")
    with pytest.raises(DataError, match="does not exist"):
        index_documents(stocked, tmp_path / "missing")


def test_nothing_on_disk_is_a_pickle(stocked: Home, documents: Path) -> None:
    index_documents(stocked, documents)
    folder = stocked.root / "collections" / "documents"
    suffixes = {path.suffix for path in folder.iterdir() if not path.name.startswith(".")}
    assert suffixes <= {".faiss", ".db", ".json", ".db-wal", ".db-shm"}
    assert sqlite3.connect(folder / "documents.db").execute("PRAGMA integrity_check").fetchone()


def test_rankings_are_fused_by_reciprocal_rank() -> None:
    assert fuse_rankings([["a", "b", "c"], ["c", "b"]]) == ["c", "b", "a"]
    assert fuse_rankings([["a", "b"], []]) == ["a", "b"]

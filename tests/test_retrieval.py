"""Documents: every kind of file, indexing step by step, search by meaning and by words."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import docx
import faiss
import pytest
from langchain_core.embeddings import Embeddings
from langchain_core.vectorstores import VectorStore
from langchain_tests.integration_tests import (
    EmbeddingsIntegrationTests,
    VectorStoreIntegrationTests,
)
from langchain_tests.unit_tests import EmbeddingsUnitTests
from matplotlib.figure import Figure

from chainzoo.errors import DataError
from chainzoo.home import Home
from chainzoo.langchain.embeddings import ZooEmbeddings
from chainzoo.langchain.vector_store import ZooVectorStore
from chainzoo.retrieval import index_documents, search_documents
from chainzoo.retrieval.collection import open_collection


class TestStore(VectorStoreIntegrationTests):
    """What LangChain promises of a vector store, by its own tests."""

    @pytest.fixture
    def vectorstore(self, tmp_path: Path) -> VectorStore:
        return ZooVectorStore(self.get_embeddings(), tmp_path / "store")


class TestEmbeddingsUnit(EmbeddingsUnitTests):
    @pytest.fixture(autouse=True)
    def _home(self, stocked: Home) -> None:
        TestEmbeddingsUnit.home = stocked

    home: Home

    @property
    def embeddings_class(self) -> type[Embeddings]:
        return ZooEmbeddings

    @property
    def embedding_model_params(self) -> dict[str, object]:
        return {"model": "minilm-l6", "home": self.home}


class TestEmbeddings(EmbeddingsIntegrationTests):
    @pytest.fixture(autouse=True)
    def _home(self, stocked: Home) -> None:
        TestEmbeddings.home = stocked

    home: Home

    @property
    def embeddings_class(self) -> type[Embeddings]:
        return ZooEmbeddings

    @property
    def embedding_model_params(self) -> dict[str, object]:
        return {"model": "minilm-l6", "home": self.home}


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """A folder with a document of every kind."""
    folder = tmp_path / "shelf"
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


def test_every_kind_is_found_with_its_place(stocked: Home, shelf: Path) -> None:
    report = index_documents(stocked, shelf)
    assert len(report.added) == 7
    assert report.failed == {}
    wanted = {
        "when does the shop open?": "hours.txt",
        "sending goods back": "returns.md, line 1, “Returns”",
        "postage to Norway": "returns.md, line 4, “Shipping”",
        "protecting the head": "safety.html, “Safety”",
        "what does the teapot cost": "prices.csv, row 3",
        "bringing a dog to work": "pets.docx, “Pets”",
        "how long is the warranty": "warranty.pdf, page 1",
        "加班费怎么算": "加班.txt",
    }
    for query, citation in wanted.items():
        best = search_documents(stocked, query)[0]
        assert best.citation == citation, query
        assert "alert" not in best.text


def test_only_what_has_changed_is_read_again(stocked: Home, shelf: Path) -> None:
    index_documents(stocked, shelf, "shop")
    (shelf / "hours.txt").write_text("The shop is closed on Mondays.")
    (shelf / "pets.docx").unlink()
    (shelf / "broken.pdf").write_bytes(b"%PDF-1.4 nothing")
    report = index_documents(stocked, shelf, "shop")
    assert [Path(name).name for name in report.updated] == ["hours.txt"]
    assert [Path(name).name for name in report.removed] == ["pets.docx"]
    assert report.unchanged == 5
    assert "broken.pdf" in next(iter(report.failed.values()))
    found = search_documents(stocked, "opening hours of the shop", "shop")
    assert any("closed on Mondays" in passage.text for passage in found)
    assert not any("nine" in passage.text for passage in found)


def test_an_empty_collection_and_a_missing_file_are_told(stocked: Home, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="empty"):
        search_documents(stocked, "anything", "nothing")
    with pytest.raises(DataError, match="not there"):
        index_documents(stocked, tmp_path / "missing")


def test_a_crash_between_the_two_files_leaves_the_old_state(
    stocked: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_collection(stocked, "shop")
    store.add_texts(["the first text"], ids=["a"])

    def crash(*told: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(faiss, "write_index", crash)
    with pytest.raises(OSError, match="no space"):
        store.add_texts(["the second text"], ids=["b"])
    monkeypatch.undo()
    for seen in (store, open_collection(stocked, "shop")):
        assert [doc.id for doc in seen.similarity_search("text", k=5)] == ["a"]


def test_two_stores_on_one_folder_see_each_other(stocked: Home) -> None:
    first, second = open_collection(stocked, "shop"), open_collection(stocked, "shop")
    first.add_texts(["apples and pears"], ids=["fruit"])
    second.add_texts(["nuts and bolts"], ids=["metal"])
    assert first.similarity_search("screws", k=1)[0].id == "metal"
    first.delete(["metal"])
    assert second.similarity_search("screws", k=1)[0].id == "fruit"


def test_filters_and_variety(stocked: Home) -> None:
    store = open_collection(stocked, "shop")
    texts = ["a red apple", "a red apple!", "a green pear", "a steel bolt"]
    store.add_texts(texts, [{"kind": k} for k in ("fruit", "fruit", "fruit", "metal")])
    only = store.similarity_search("a red apple", k=4, filter={"kind": "metal"})
    assert [doc.page_content for doc in only] == ["a steel bolt"]
    called = store.similarity_search("fruit", k=9, filter=lambda facts: facts["kind"] == "fruit")
    assert len(called) == 3
    varied = store.max_marginal_relevance_search("a red apple", k=2, lambda_mult=0.3)
    assert {doc.page_content for doc in varied} != {"a red apple", "a red apple!"}


def test_nothing_on_disk_is_a_pickle(stocked: Home, shelf: Path) -> None:
    index_documents(stocked, shelf)
    folder = stocked.root / "collections" / "documents"
    kinds = {path.suffix for path in folder.iterdir() if not path.name.startswith(".")}
    assert kinds <= {".faiss", ".db", ".json", ".db-wal", ".db-shm"}
    assert sqlite3.connect(folder / "documents.db").execute("PRAGMA integrity_check").fetchone()

"""The vector store: LangChain's own tests, crashes, two processes, threads, and files on disk."""

from __future__ import annotations

import ast
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import faiss
import pytest
from langchain_core.embeddings import Embeddings
from langchain_core.vectorstores import VectorStore
from langchain_tests.integration_tests import VectorStoreIntegrationTests

from chainzoo.home import Home
from chainzoo.langchain.vector_store import ZooVectorStore
from chainzoo.retrieval.collection import open_collection

ROOT = Path(__file__).parents[1]


class TestStandard(VectorStoreIntegrationTests):
    """What LangChain promises of a vector store, by its own tests."""

    @pytest.fixture
    def vectorstore(self, tmp_path: Path) -> VectorStore:
        return ZooVectorStore(self.get_embeddings(), tmp_path / "store")


def test_a_crash_between_the_two_files_leaves_the_old_state(
    stocked: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_collection(stocked, "shop")
    store.add_texts(["the first text"], ids=["a"])

    def crash(*_: object) -> None:
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


class OneHot(Embeddings):
    """Embeds ``text 7`` as a vector of length 1 that no other number has."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        return [float(number == int(text.split()[-1])) for number in range(40)]


@pytest.mark.parametrize("on_disk", [True, False])
def test_threads_can_write_and_search_at_once(tmp_path: Path, on_disk: bool) -> None:
    store = ZooVectorStore(OneHot(), tmp_path if on_disk else None)

    def add(number: int) -> int:
        store.add_texts([f"text {number}"], ids=[str(number)])
        return len(store.similarity_search(f"text {number}", k=1))

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(add, range(40))) == [1] * 40
    assert sorted(int(str(doc.id)) for doc in store.all_documents()) == list(range(40))
    for number in range(40):
        assert store.similarity_search(f"text {number}", k=1)[0].id == str(number)


def test_filters_and_variety(stocked: Home) -> None:
    store = open_collection(stocked, "shop")
    texts = ["a red apple", "a red apple!", "a green pear", "a steel bolt"]
    store.add_texts(texts, [{"kind": k} for k in ("fruit", "fruit", "fruit", "metal")])
    metal = store.similarity_search("a red apple", k=4, filter={"kind": "metal"})
    assert [doc.page_content for doc in metal] == ["a steel bolt"]
    fruit = store.similarity_search("fruit", k=9, filter=lambda facts: facts["kind"] == "fruit")
    assert len(fruit) == 3
    varied = store.max_marginal_relevance_search("a red apple", k=2, lambda_mult=0.3)
    assert {doc.page_content for doc in varied} != {"a red apple", "a red apple!"}


def test_one_module_imports_langchain_community() -> None:
    """The package is being sunset, so that leaving it must stay one change."""
    importers = []
    for package in ("chainzoo", "chains"):
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                if any(name.split(".")[0] == "langchain_community" for name in names):
                    importers.append(path.relative_to(ROOT).as_posix())
    assert importers == ["chainzoo/langchain/vector_store.py"]

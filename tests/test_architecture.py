"""The structure of the packages: no circles, unique names, and one place for each question."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import grimp
import networkx as nx
import pytest

from chainzoo.tasks import task_names

ROOT = Path(__file__).parents[1]
PACKAGES = ("chainzoo", "chains")
MAX_MODULE_LINES = 340
MAX_FUNCTION_LINES = 60


@cache
def sources() -> dict[str, ast.Module]:
    """Every module of the packages by its path, parsed."""
    return {
        path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
    }


def calls(tree: ast.Module) -> Iterator[str]:
    """The dotted names that a module calls, such as ``os.replace``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


def modules_that_call(*names: str) -> set[str]:
    """The modules with a call whose last part, or whole, is one of ``names``."""
    return {
        path
        for path, tree in sources().items()
        if any(call in names or call.rpartition(".")[2] in names for call in calls(tree))
    }


@pytest.mark.parametrize("package", PACKAGES)
def test_no_modules_import_each_other_in_a_circle(package: str) -> None:
    graph = grimp.build_graph(package)  # Imports for type checking count too.
    edges = nx.DiGraph(
        (importer, imported)
        for importer in graph.modules
        for imported in graph.find_modules_directly_imported_by(importer)
    )
    circles = [sorted(part) for part in nx.strongly_connected_components(edges) if len(part) > 1]
    assert circles == []


def test_public_class_names_are_unique() -> None:
    places = defaultdict(list)
    for path, tree in sources().items():
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(path)
    assert {name: paths for name, paths in places.items() if len(paths) > 1} == {}


def test_files_are_replaced_atomically_in_one_module() -> None:
    assert modules_that_call("os.replace", "os.rename") == {"chainzoo/atomic.py"}


def test_content_is_hashed_in_one_module() -> None:
    assert modules_that_call("hashlib.sha256", "hashlib.file_digest") == {"chainzoo/hashing.py"}


def test_pretrained_weights_are_loaded_in_one_module() -> None:
    # Conversions at fetch time lie below modeling and run once per card.
    allowed = {"chainzoo/modeling/loading.py", "chainzoo/catalog/gguf.py"}
    assert modules_that_call("from_pretrained") <= allowed


def test_a_task_is_named_in_its_own_files_alone() -> None:
    """An application names the tasks that it tunes in one module of its own."""
    names = set(task_names())
    column_names = {  # Files have columns of this name.
        "chainzoo/data/converters/summarization.py": {"dialogue"},
        "chainzoo/data/messages.py": {"dialogue"},
    }
    found = {}
    for path, tree in sources().items():
        own = path.removesuffix(".py").rpartition("/")[2].replace("_", "-")
        named = {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant)} & names - {own}
        named -= column_names.get(path, set())
        if named and not path.startswith(("chains/", "chainzoo/tasks/")):
            found[path] = sorted(named)
    assert found == {}


def test_modules_and_functions_fit_their_limits() -> None:
    long = {}
    for path, tree in sources().items():
        lines = len((ROOT / path).read_text(encoding="utf-8").splitlines())
        if lines > MAX_MODULE_LINES:
            long[path] = lines
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > MAX_FUNCTION_LINES:
                    long[f"{path}:{node.name}"] = length
    assert long == {}

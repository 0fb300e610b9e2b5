"""LangChain's standard tests for tools, run on each of the fifteen tools."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from langchain_core.tools import BaseTool
from langchain_tests.integration_tests import ToolsIntegrationTests
from langchain_tests.unit_tests import ToolsUnitTests

from chainzoo import Zoo, ZooToolkit
from chainzoo.home import Home
from chainzoo.pipeline import TuningJob, fine_tune
from chainzoo.registry import Registry, RunStore
from chainzoo.retrieval import index_documents
from chainzoo.tuning import Recipe
from tests.reviews import write_inbox, write_reviews

EXAMPLES: dict[str, dict[str, Any]] = {
    "find_models": {"task": "text-classification", "language": "en", "max_size_mb": 100},
    "inspect_data": {"data": "reviews.csv"},
    "compare_models": {"data": "reviews.csv", "models": ["minilm-l6"]},
    "tune_model": {"data": "reviews.csv", "method": "head", "epochs": 1, "name": "new"},
    "run_status": {"run": "waiting"},
    "stop_run": {"run": "waiting"},
    "evaluate_model": {"model": "ready@1", "data": "reviews.csv"},
    "predict": {"model": "ready", "texts": ["we loved it"]},
    "predict_file": {"model": "ready", "data": "inbox.csv"},
    "list_models": {},
    "describe_model": {"model": "ready"},
    "promote_model": {"model": "ready", "alias": "staging"},
    "delete_model": {"model": "spare@1"},
    "index_documents": {"path": "handbook"},
    "search_documents": {"query": "How is overtime paid?"},
}


@pytest.fixture(scope="module")
def prepared(fetched: Home, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with data, documents, and a home with two tuned models and a run that waits."""
    folder = tmp_path_factory.mktemp("prepared")
    write_reviews(folder)
    write_inbox(folder)
    (folder / "handbook").mkdir()
    (folder / "handbook" / "pay.md").write_text("# Pay\n\nOvertime is paid at one and a half.\n")
    home = Home(folder / "home")
    home.weights.mkdir(parents=True)
    (home.weights / "minilm-l6").symlink_to(fetched.weights / "minilm-l6")
    for name in ("ready", "spare"):
        recipe = Recipe.of(method="head", epochs=1, name=name)
        fine_tune(home, TuningJob(recipe, str(folder / "reviews.csv"), folder / "run"))
    index_documents(home, folder / "handbook")
    return folder


class EachTool:
    """Runs the tests on each tool in turn, in a copy of the prepared folder."""

    name: str
    tool: BaseTool

    @pytest.fixture(autouse=True, params=EXAMPLES)
    def _prepare(
        self,
        request: pytest.FixtureRequest,
        prepared: Path,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> Iterator[None]:
        copy = tmp_path / "copy"
        shutil.copytree(prepared, copy, symlinks=True)
        monkeypatch.chdir(copy)
        zoo = Zoo(copy / "home")
        RunStore(Registry(zoo.home)).create("waiting", "reviews.csv", {"model": "minilm-l6"}, {})
        self.name = request.param
        self.tool = next(t for t in ZooToolkit(zoo=zoo).get_tools() if t.name == self.name)
        yield
        for run in zoo.runs():
            if run.record.name == "new" and run.record.pid:
                os.kill(run.record.pid, signal.SIGKILL)  # Its end is not tested here.

    @property
    def tool_constructor(self) -> BaseTool:
        return self.tool

    @property
    def tool_invoke_params_example(self) -> dict[str, Any]:
        return EXAMPLES[self.name]


class TestUnit(EachTool, ToolsUnitTests):
    """LangChain's unit tests of a tool."""


class TestIntegration(EachTool, ToolsIntegrationTests):
    """LangChain's integration tests of a tool."""

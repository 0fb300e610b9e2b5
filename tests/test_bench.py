"""Every benchmark runs in its quick form, on miniature data."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from chainzoo.home import Home

BENCH = Path(__file__).parents[1] / "bench"
HELPERS = {"harness", "quick_data"}
# They start processes that import the script as their main module.
OWN_PROCESS = {"duplicates", "hub_download"}
CASES = {
    "agent": ([], "right_tools"),
    "banking77": (["--epochs", "1"], "accuracy"),
    "bitext": ([], '"before"'),
    "bot": (["covid"], "median turn"),
    "conll2003": (["--epochs", "1"], "entity F1"),
    "duplicates": ([], "chainzoo"),
    "engine": ([], "ratio"),
    "hub_download": ([], "huggingface_hub"),
    "inspect_files": ([], "text-classification"),
    "malformed": ([], "blank.csv"),
    "monitor": ([], "posts: 120 rows, identical"),
    "prediction_speed": ([], "ratio"),
    "recommender": (["--no-reranker"], "nDCG@10"),
    "selection": ([], "within a point"),
    "semeval": (["--epochs", "1"], "seconds"),
    "server_load": ([], "ok: No answer is wrong."),
    "startup": ([], "imports torch: False"),
    "tool_calls": ([], "2 of 2 calls are valid"),
    "tuning_speed": ([], "chainzoo is 1.00 x"),
    "xquad": (["--epochs", "1"], "questions to train on"),
}


def test_each_benchmark_has_a_case() -> None:
    assert {path.stem for path in BENCH.glob("*.py")} - HELPERS == set(CASES)


@pytest.mark.parametrize("name", sorted(OWN_PROCESS))
def test_a_benchmark_with_processes_of_its_own_runs_in_its_quick_form(name: str) -> None:
    arguments, expected = CASES[name]
    command = [sys.executable, str(BENCH / f"{name}.py"), *arguments, "--quick"]
    environment = {**os.environ, "PYTHONPATH": str(BENCH.parent)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    assert expected in done.stdout


@pytest.mark.parametrize("name", sorted(set(CASES) - OWN_PROCESS))
def test_a_benchmark_runs_in_its_quick_form(
    name: str, fetched: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments, expected = CASES[name]
    threads = torch.get_num_threads()
    monkeypatch.syspath_prepend(str(BENCH))
    monkeypatch.setenv("CHAINZOO_HOME", str(fetched.root))
    monkeypatch.setattr(sys, "argv", [f"{name}.py", *arguments, "--quick"])
    try:
        runpy.run_path(str(BENCH / f"{name}.py"), run_name="__main__")
    except SystemExit as end:
        if end.code:
            pytest.fail(f"exit status {end.code}")
    finally:
        torch.set_num_threads(threads)
    assert expected in capsys.readouterr().out

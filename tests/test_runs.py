"""Runs: which process may claim one, who may stop one, and how a dead process is noticed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from chainzoo.errors import RunStoppedError, TuningError, UnknownRunError
from chainzoo.home import Home
from chainzoo.registry import Lineage, Registry, RunRecord, RunStore
from chainzoo.runs import Run, execute, resume


@pytest.fixture
def store(home: Home) -> RunStore:
    return RunStore(Registry(home))


@pytest.fixture
def queued(store: RunStore) -> RunRecord:
    return store.create("a", "a.csv", {}, {})


@pytest.fixture
def dead_pid() -> int:
    """The id of a process that has ended."""
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    return child.pid


def test_only_one_process_claims_a_run(store: RunStore, queued: RunRecord) -> None:
    assert store.claim(queued.id, os.getpid()).state == "running"
    with pytest.raises(TuningError, match=f"Run {queued.id} is running"):
        store.claim(queued.id, os.getpid())


def test_a_process_that_dies_before_it_claims_its_run_is_noticed(
    store: RunStore, queued: RunRecord, dead_pid: int, home: Home
) -> None:
    store.set_process(queued.id, dead_pid)
    assert store.get(queued.id).state == "interrupted"
    with pytest.raises(TuningError, match="interrupted"):
        Run(home, queued.id).wait(timeout=5)
    assert store.requeue(queued.id).state == "queued"


def test_a_stop_that_is_requested_while_queued_is_kept(
    store: RunStore, queued: RunRecord, home: Home
) -> None:
    store.request_stop(queued.id)
    with pytest.raises(RunStoppedError):
        store.claim(queued.id, os.getpid())
    assert execute_again(home, store, queued) == "stopped"


def execute_again(home: Home, store: RunStore, run: RunRecord) -> str:
    store.end(run.id, "failed")
    store.requeue(run.id)
    store.request_stop(run.id)
    return execute(home, run.id)


def test_an_ended_run_is_neither_stopped_nor_resumed(
    store: RunStore, queued: RunRecord, home: Home
) -> None:
    store.claim(queued.id, os.getpid())
    with pytest.raises(TuningError, match="is running"):
        resume(home, queued.id)
    store.end(queued.id, "finished", model="a@1")
    with pytest.raises(TuningError, match="is finished"):
        store.request_stop(queued.id)
    with pytest.raises(TuningError, match="is finished"):
        resume(home, queued.id)
    with pytest.raises(UnknownRunError, match="The latest are"):
        store.request_stop("b-0000")


def test_a_run_killed_after_publishing_publishes_no_second_version(
    store: RunStore, queued: RunRecord, home: Home, tmp_path: Path
) -> None:
    (tmp_path / "tuned").mkdir()
    (tmp_path / "tuned" / "head.safetensors").write_bytes(b"weights")
    lineage = Lineage("a.csv", "00", {}, "minilm-l6", "53", run=queued.id)
    report = {"metric": "accuracy", "scores": {"accuracy": 0.9}, "rows": 10}
    registry = store.registry
    registry.publish("a", tmp_path / "tuned", lineage, report, task="t", method="lora")
    assert execute(home, queued.id, resume=True) == "finished"
    assert [model.ref for model in registry.list_models()] == ["a@1"]
    assert Run(home, queued.id).wait(timeout=5).ref == "a@1"


def test_events_are_numbered(store: RunStore, queued: RunRecord) -> None:
    store.add_event(queued.id, "step", {"loss": 1.0})
    store.add_event(queued.id, "step", {"loss": 0.5})
    first = store.events(queued.id)[0].number
    assert [e.values["loss"] for e in store.events(queued.id, after=first)] == [0.5]

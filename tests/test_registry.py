"""The registry: versions, aliases, and nothing half-done in sight."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest

from chainzoo.errors import RegistryError, UnknownModelError
from chainzoo.home import Home
from chainzoo.registry import Lineage, ModelRecord, Registry, RunStore

LINEAGE = Lineage("a.csv", "00", {"epochs": 1}, "minilm-l6", "53")
REPORT = {"metric": "accuracy", "scores": {"accuracy": 0.9}, "rows": 10}


def publish(home: Home, name: str = "a") -> ModelRecord:
    folder = home.root / "made"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "head.safetensors").write_bytes(b"weights")
    registry = Registry(home)
    return registry.publish(name, folder, LINEAGE, REPORT, task="t", method="lora")


def test_versions_and_aliases(home: Home) -> None:
    registry = Registry(home)
    assert [publish(home).ref, publish(home).ref] == ["a@1", "a@2"]
    assert registry.get("a").ref == "a@2"
    registry.promote("a@1")
    assert registry.get("a").ref == registry.get("a@production").ref == "a@1"
    registry.promote("a@2")
    assert registry.roll_back("a").ref == "a@1"
    with pytest.raises(RegistryError, match="no earlier version"):
        registry.roll_back("a")


def test_deleting(home: Home) -> None:
    registry = Registry(home)
    first = publish(home)
    publish(home)
    with pytest.raises(RegistryError, match="several versions"):
        registry.delete("a")
    registry.promote("a@2")
    with pytest.raises(RegistryError, match="a@2 is production"):
        registry.delete("a@2")
    registry.delete("a@1")
    assert not first.folder.exists()
    assert publish(home).ref == "a@3"


def test_unknown_names_are_told_what_there_is(home: Home) -> None:
    publish(home)
    with pytest.raises(UnknownModelError, match="There are a"):
        Registry(home).get("b")


@pytest.mark.parametrize("name", ["../a", "a/b", "", ".hidden", "a" * 65])
def test_names_that_cannot_be_folders(home: Home, name: str) -> None:
    with pytest.raises(RegistryError):
        publish(home, name)


def test_pickles_are_refused(home: Home) -> None:
    folder = home.root / "made"
    folder.mkdir(parents=True)
    (folder / "pytorch_model.bin").write_bytes(b"x")
    with pytest.raises(RegistryError, match="pickle"):
        Registry(home).publish("a", folder, LINEAGE, REPORT, task="t", method="lora")
    assert Registry(home).list_models() == []


def test_damage_is_named(home: Home) -> None:
    record = publish(home)
    (record.folder / "head.safetensors").write_bytes(b"w")
    with pytest.raises(RegistryError, match=r"head\.safetensors is missing or damaged"):
        Registry(home).path(record)


def _publish_some(root: Path) -> None:
    for _ in range(5):
        publish(Home(root))


def test_two_processes_lose_nothing(home: Home) -> None:
    Registry(home)
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_publish_some, args=(home.root,)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(model.version for model in Registry(home).list_models()) == list(range(1, 11))


def test_what_a_crash_leaves_is_invisible_and_swept(home: Home) -> None:
    publish(home)
    (home.models / "a" / "2").mkdir()
    (home.models / "a" / ".3.abc.part").mkdir()
    registry = Registry(home)
    assert [model.ref for model in registry.list_models()] == ["a@1"]
    assert sorted(registry.sweep()) == ["a/.3.abc.part", "a/2"]
    assert [path.name for path in (home.models / "a").iterdir()] == ["1"]


def test_a_bucket_by_url(home: Home, tmp_path: Path) -> None:
    folder = tmp_path / "made"
    folder.mkdir()
    (folder / "head.safetensors").write_bytes(b"weights")
    registry = Registry(home, files="memory://models")
    record = registry.publish("a", folder, LINEAGE, REPORT, task="t", method="lora")
    assert (registry.path(record) / "head.safetensors").read_bytes() == b"weights"


def test_a_run_whose_process_is_gone_is_interrupted(home: Home) -> None:
    store = RunStore(Registry(home))
    run = store.create("a", "a.csv", {}, {})
    store.set_state(run.id, "running", pid=2**22 - 1)
    assert store.get(run.id).state == "running" or store.get(run.id).state == "interrupted"
    store.add_event(run.id, "step", {"loss": 1.0})
    store.add_event(run.id, "step", {"loss": 0.5})
    numbers = [event.number for event in store.events(run.id)]
    assert [e.values["loss"] for e in store.events(run.id, after=numbers[0])] == [0.5]
    store.request_stop(run.id)
    assert store.stop_requested(run.id)

"""The registry: versions and aliases, and files that are visible whole or not at all."""

from __future__ import annotations

import multiprocessing
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from chainzoo.errors import RegistryError, UnknownModelError
from chainzoo.home import Home
from chainzoo.registry import Lineage, ModelRecord, Registry

LINEAGE = Lineage("a.csv", "00", {"epochs": 1}, "minilm-l6", "53")
REPORT = {"metric": "accuracy", "scores": {"accuracy": 0.9}, "rows": 10}


def publish(home: Home, name: str = "a") -> ModelRecord:
    folder = home.root / "tuned"
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


def test_delete_refuses_a_bare_name_of_several_versions_and_a_version_in_production(
    home: Home,
) -> None:
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


def test_the_error_for_an_unknown_model_lists_the_known_ones(home: Home) -> None:
    publish(home)
    with pytest.raises(UnknownModelError, match="There are a"):
        Registry(home).get("b")


def test_a_damaged_file_of_the_same_size_is_detected(home: Home) -> None:
    record = publish(home)
    (record.folder / "head.safetensors").write_bytes(b"Weights")
    with pytest.raises(RegistryError, match="damaged"):
        Registry(home).path(record)


@pytest.mark.parametrize("name", ["../a", "a/b", "", ".hidden", "a" * 65])
def test_names_that_cannot_be_folders_are_refused(home: Home, name: str) -> None:
    with pytest.raises(RegistryError):
        publish(home, name)


def test_pickles_are_refused(home: Home) -> None:
    folder = home.root / "tuned"
    folder.mkdir(parents=True)
    (folder / "pytorch_model.BIN").write_bytes(b"x")
    with pytest.raises(RegistryError, match="pickle"):
        Registry(home).publish("a", folder, LINEAGE, REPORT, task="t", method="lora")
    assert Registry(home).list_models() == []


def test_the_error_for_a_damaged_file_names_it(home: Home) -> None:
    record = publish(home)
    (record.folder / "head.safetensors").write_bytes(b"w")
    with pytest.raises(RegistryError, match=r"head\.safetensors is missing or damaged"):
        Registry(home).path(record)


def _publish_five(root: Path) -> None:
    for _ in range(5):
        publish(Home(root))


def test_two_processes_publish_without_losing_a_version(home: Home) -> None:
    Registry(home)
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_publish_five, args=(home.root,)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(model.version for model in Registry(home).list_models()) == list(range(1, 11))


KILLED_WHILE_PUBLISHING = """
import os, shutil, signal, sys
from pathlib import Path
sys.path.insert(0, {tests!r})
import test_registry
from chainzoo.home import Home

def die(*args, **options):
    {first}
    os.kill(os.getpid(), signal.SIGKILL)

{patched} = die
test_registry.publish(Home(Path({root!r})))
"""


@pytest.mark.parametrize(
    ("first", "patched"),
    [
        ("(Path(args[1]) / 'half.safetensors').touch()", "shutil.copytree"),  # Half copied.
        ("os.rename(*args)", "os.replace"),  # All files in place, and no row yet.
    ],
)
def test_what_a_killed_publication_left_is_removed_by_the_next(
    home: Home, first: str, patched: str
) -> None:
    publish(home)
    script = KILLED_WHILE_PUBLISHING.format(
        tests=str(Path(__file__).parent), root=str(home.root), first=first, patched=patched
    )
    killed = subprocess.run([sys.executable, "-c", script], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert len(list((home.models / "a").iterdir())) == 2
    registry = Registry(home)
    assert [model.ref for model in registry.list_models()] == ["a@1"]
    assert publish(home).ref == "a@3"
    assert sorted(path.name for path in (home.models / "a").iterdir()) == ["1", "3"]


def test_active_uploads_and_unknown_folders_are_not_removed(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Registry(home)
    removed: list[list[str]] = []
    copytree = shutil.copytree

    def clean_up_meanwhile(*args: Any, **options: Any) -> Any:
        copied = copytree(*args, **options)
        removed.append(other.remove_abandoned_uploads())
        return copied

    (home.models / "b" / "7").mkdir(parents=True)
    monkeypatch.setattr(shutil, "copytree", clean_up_meanwhile)
    record = publish(home)
    assert removed == [[]]
    assert Registry(home).path(record).is_dir()
    assert (home.models / "b" / "7").is_dir()


def test_a_second_registry_on_the_same_folder_is_refused(home: Home) -> None:
    first = publish(home)
    second = Registry(home, url=f"sqlite:///{home.root / 'second.db'}")
    with pytest.raises(RegistryError, match="another registry"):
        second.publish("a", home.root / "tuned", LINEAGE, REPORT, task="t", method="lora")
    assert second.list_models() == []
    assert Registry(home).path(first).is_dir()


@pytest.mark.parametrize("url", ["sqlite:///{home}/broken.db", "nonsense", "nosuch://a/b"])
def test_the_error_for_an_unusable_database_says_so(home: Home, url: str) -> None:
    home.root.mkdir(parents=True)
    (home.root / "broken.db").write_bytes(b"no database " * 100)
    with pytest.raises(RegistryError, match="cannot be used"):
        Registry(home, url=url.format(home=home.root))


def test_models_in_a_bucket_are_copied_into_the_cache(home: Home, tmp_path: Path) -> None:
    folder = tmp_path / "tuned"
    folder.mkdir()
    (folder / "head.safetensors").write_bytes(b"weights")
    registry = Registry(home, files="memory://models")
    record = registry.publish("a", folder, LINEAGE, REPORT, task="t", method="lora")
    assert (registry.path(record) / "head.safetensors").read_bytes() == b"weights"
    assert (registry.path(record) / "head.safetensors").read_bytes() == b"weights"

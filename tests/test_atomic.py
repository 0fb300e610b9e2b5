"""Atomic writes leave the old content or the whole new one."""

from __future__ import annotations

from pathlib import Path

import pytest

from chainzoo import atomic


def test_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    target = tmp_path / "new" / "report.json"
    atomic.write_text(target, "first")
    atomic.write_text(target, "second")
    assert target.read_text(encoding="utf-8") == "second"
    assert [path.name for path in target.parent.iterdir()] == ["report.json"]


def test_a_failed_write_keeps_the_old_file_and_leaves_nothing(tmp_path: Path) -> None:
    target = tmp_path / "picture.png"
    target.write_bytes(b"old")

    def fail() -> None:
        with atomic.file(target) as path:
            assert path.suffix == ".png"  # Writers choose their format by it.
            path.write_bytes(b"half of the new")
            raise RuntimeError("out of paper")

    with pytest.raises(RuntimeError, match="out of paper"):
        fail()
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_folder_is_replaced_as_a_whole(tmp_path: Path) -> None:
    target = tmp_path / "model"
    for number in (1, 2):
        with atomic.folder(target) as path:
            (path / f"weights-{number}").write_bytes(b"w")
            (path / "sub").mkdir()
    assert sorted(path.name for path in target.iterdir()) == ["sub", "weights-2"]
    assert list(tmp_path.iterdir()) == [target]


def test_a_failed_folder_keeps_the_old_one(tmp_path: Path) -> None:
    target = tmp_path / "model"
    with atomic.folder(target) as path:
        (path / "old").write_bytes(b"w")

    def fail() -> None:
        with atomic.folder(target) as path:
            (path / "new").write_bytes(b"w")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert [path.name for path in target.iterdir()] == ["old"]
    assert list(tmp_path.iterdir()) == [target]


def test_an_existing_folder_stays_without_replace(tmp_path: Path) -> None:
    target = tmp_path / "model"
    target.mkdir()
    with pytest.raises(FileExistsError), atomic.folder(target, replace=False) as path:
        (path / "new").write_bytes(b"w")
    assert list(target.iterdir()) == []
    assert list(tmp_path.iterdir()) == [target]


def test_a_token_names_the_temporary_folder(tmp_path: Path) -> None:
    with atomic.folder(tmp_path / "model", token="t1") as path:
        assert path == atomic.temporary_path(tmp_path / "model", "t1")


def test_a_finished_folder_or_file_is_moved_over_what_is_there(tmp_path: Path) -> None:
    for target in (tmp_path / "model", tmp_path / "config.json"):
        for content in ("first", "second"):
            source = tmp_path / "partial"
            if target.suffix:
                source.write_text(content, "utf-8")
            else:
                source.mkdir()
                (source / content).write_text(content, "utf-8")
            atomic.move(source, target)
            assert not source.exists()
    assert [path.name for path in (tmp_path / "model").iterdir()] == ["second"]
    assert (tmp_path / "config.json").read_text("utf-8") == "second"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["config.json", "model"]

"""Content is hashed in one way."""

from __future__ import annotations

from pathlib import Path

from chainzoo.hashing import bytes_sha256, file_sha256, folder_sha256, text_sha256, texts_sha256

EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_files_texts_and_bytes_of_the_same_content_have_the_same_hash(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Zoë", encoding="utf-8")
    assert file_sha256(path) == text_sha256("Zoë") == bytes_sha256("Zoë".encode())
    assert text_sha256("") == texts_sha256([]) == EMPTY


def test_where_a_text_ends_matters() -> None:
    assert texts_sha256(["ab", "c"]) != texts_sha256(["a", "bc"])


def test_a_text_with_half_a_surrogate_pair_can_be_hashed() -> None:
    assert text_sha256("\ud83d") == text_sha256("?")


def test_a_folder_is_listed_by_relative_path(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "b").write_bytes(b"")
    (tmp_path / "a").write_bytes(b"")
    assert folder_sha256(tmp_path) == {"a": EMPTY, "sub/b": EMPTY}

"""Malformed files: each gives an error that names the file and a remedy."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "bench"))
from malformed import error_of, files


def test_there_are_fifty_malformed_files() -> None:
    assert len(files()) == 50


@pytest.mark.parametrize("name", sorted(files()))
def test_the_error_names_the_file_and_a_remedy(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(files()[name])
    error = error_of(path)
    assert error is not None
    assert name in str(error)
    assert error.remedy

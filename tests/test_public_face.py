"""What the package promises: its names, its layers, and that importing it costs nothing."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import chainzoo

ROOT = Path(__file__).parents[1]


def test_names_are_sorted_and_there() -> None:
    assert chainzoo.__all__ == sorted(chainzoo.__all__)
    for name in chainzoo.__all__:
        assert getattr(chainzoo, name) is not None


def test_importing_brings_no_torch() -> None:
    heavy = "{'torch', 'transformers', 'pydantic', 'faiss', 'sqlalchemy'}"
    code = f"import chainzoo, chainzoo.cli.app, sys; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize(
    "path", sorted((ROOT / "chains").rglob("*.py")), ids=lambda p: str(p.relative_to(ROOT))
)
def test_applications_know_the_public_names_alone(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("chainzoo"):
            assert node.module == "chainzoo", f"line {node.lineno}: {node.module}"
            assert {alias.name for alias in node.names} <= set(chainzoo.__all__)
        if isinstance(node, ast.Import):
            assert not any(alias.name.startswith("chainzoo.") for alias in node.names)


def test_layers() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([str(lint)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_wheel_holds_two_packages(tmp_path: Path) -> None:
    import zipfile

    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    names = zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist()
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == {
        "chainzoo",
        "chains",
    }
    assert "chainzoo/catalog/cards/embedded.toml" in names

"""The public interface: its names, its version, its layers, and an import that costs nothing."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import chainzoo

ROOT = Path(__file__).parents[1]
HEAVY = "{'torch', 'transformers', 'pydantic', 'faiss', 'sqlalchemy'}"


def run_python(*arguments: str) -> str:
    command = [sys.executable, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_public_names_are_sorted_and_can_be_imported() -> None:
    assert chainzoo.__all__ == sorted(chainzoo.__all__)
    for name in chainzoo.__all__:
        assert getattr(chainzoo, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'Zo'"):
        _ = chainzoo.Zo


def test_type_checkers_and_python_see_the_same_names() -> None:
    tree = ast.parse(Path(chainzoo.__file__).read_text(encoding="utf-8"))
    guard = next(node for node in tree.body if isinstance(node, ast.If))
    imports = [node for node in guard.body if isinstance(node, ast.ImportFrom)]
    typed = {alias.name: node.module for node in imports for alias in node.names}
    assert sorted(typed) == chainzoo.__all__
    for name, module in chainzoo._DEFINED_IN.items():
        assert typed[name] == f"chainzoo.{module}"


def test_importing_the_package_and_the_command_line_imports_nothing_heavy() -> None:
    code = f"import chainzoo, chainzoo.cli.app, sys; print({HEAVY} & set(sys.modules))"
    assert run_python("-c", code) == "set()"


def test_the_version_is_the_same_everywhere() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## \[?(\d+\.\d+\.\d+\S*?)\]?(?:\s|$)", changelog, re.MULTILINE)
    assert newest is not None
    assert newest[1] == chainzoo.__version__
    assert run_python("-m", "chainzoo", "--version") == f"chainzoo, version {newest[1]}"


def test_printing_the_version_imports_nothing_heavy() -> None:
    code = (
        "import sys\nfrom chainzoo.cli import main\n"
        "try: main(['--version'])\n"
        f"except SystemExit as end: print(end.code, {HEAVY} & set(sys.modules))"
    )
    assert run_python("-c", code).splitlines()[-1] == "0 set()"


@pytest.mark.parametrize(
    "path", sorted((ROOT / "chains").rglob("*.py")), ids=lambda p: str(p.relative_to(ROOT))
)
def test_applications_import_public_names_alone(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("chainzoo"):
            assert node.module == "chainzoo", f"line {node.lineno}: {node.module}"
            assert {alias.name for alias in node.names} <= set(chainzoo.__all__)
        if isinstance(node, ast.Import):
            assert not any(alias.name.startswith("chainzoo.") for alias in node.names)


def test_imports_keep_to_the_layers() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([str(lint)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_wheel_holds_two_packages_and_the_version(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    wheel = next(tmp_path.glob("*.whl"))
    assert wheel.name.startswith(f"chainzoo-{chainzoo.__version__}-")
    names = zipfile.ZipFile(wheel).namelist()
    packages = {name.split("/")[0] for name in names if ".dist-info" not in name}
    assert packages == {"chainzoo", "chains"}
    assert "chainzoo/catalog/cards/embedded.toml" in names

"""The examples of the documentation: Python code is run, commands are parsed."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from pytest_examples import CodeExample, EvalExample, find_examples

from chainzoo.cli.app import build_app
from chainzoo.home import Home
from tests import documented

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "README.zh.md", *sorted((ROOT / "docs").glob("*.md"))]
GENERATED = {"help.md"}
FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
SHELLS = ("", "console", "sh", "bash")


def python_blocks() -> dict[str, list[CodeExample]]:
    """The Python blocks of each page, in order; the blocks of a page share their names."""
    blocks: dict[str, list[CodeExample]] = {}
    for example in find_examples(*map(str, PAGES)):
        if example.prefix_tags() & {"python", "py"}:
            blocks.setdefault(str(Path(example.path).relative_to(ROOT)), []).append(example)
    return blocks


def commands(page: Path) -> Iterator[str]:
    """The commands of a page: ``chainzoo …`` at the start of a line, or after a prompt."""
    for language, block in FENCE.findall(page.read_text(encoding="utf-8")):
        if language in SHELLS:
            for line in block.replace("\\\n", " ").splitlines():
                command = re.sub(r"^\s*\$ ", "", line)
                if command.startswith("chainzoo "):
                    yield command


@pytest.fixture(scope="session")
def documented_home(fetched: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with the models that the pages speak of."""
    return documented.build_home(fetched, tmp_path_factory.mktemp("documented"))


@pytest.mark.parametrize("page", python_blocks())
def test_python_examples_run(
    page: str,
    eval_example: EvalExample,
    documented_home: Home,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    documented.write_files(tmp_path)
    home = tmp_path / "home"
    shutil.copytree(documented_home.root, home, symlinks=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CHAINZOO_HOME", str(home))
    with documented.surroundings(page, Home(home)) as (names, replacements):
        for example in python_blocks()[page]:
            for written, actual in replacements.items():
                example.source = example.source.replace(written, actual)
            names |= eval_example.run(example, module_globals=names)


def check_command(command: str) -> None:
    """Parse a command as the command line would, without running it."""
    words = shlex.split(command, comments=True)[1:]
    group: click.Command = build_app()
    context = click.Context(group, info_name="chainzoo")
    while isinstance(group, click.Group) and words and words[0] in group.list_commands(context):
        found = group.get_command(context, words[0])
        assert found is not None
        group, words = found, words[1:]
    for word in words:  # "list | describe" and "…" stand for what is left out.
        if word in ("…", "|"):
            return
    group.make_context(group.name or "", words, resilient_parsing=False)


@pytest.mark.parametrize(
    "page", [p for p in PAGES if p.name not in GENERATED], ids=lambda p: p.name
)
def test_commands_are_what_the_command_line_takes(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    documented.write_files(tmp_path)
    monkeypatch.chdir(tmp_path)
    for command in commands(page):
        try:
            check_command(command)
        except click.UsageError as error:
            pytest.fail(f"{page.name}: {command}\n{error.format_message()}")


def test_links_between_pages_lead_somewhere() -> None:
    broken = []
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if "://" not in target and not (page.parent / target).exists():
                broken += [f"{page.name}: {target}"]
    assert broken == []

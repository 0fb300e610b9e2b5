"""Allowed paths: only files below the allowed folders are accessed, after links are resolved."""

from __future__ import annotations

from pathlib import Path

import pytest

from chainzoo.agent.allowed_paths import AllowedPaths
from chainzoo.errors import AgentError


@pytest.fixture
def allowed(tmp_path: Path) -> AllowedPaths:
    """A working folder and a home, next to a folder that is not allowed."""
    for name in ("work", "home/models", "secret", "more"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "work" / "tickets.csv").write_text("text,label\n")
    (tmp_path / "secret" / "keys.csv").write_text("text,label\n")
    (tmp_path / "more" / "inbox.csv").write_text("text\n")
    return AllowedPaths.of(tmp_path / "home", working=tmp_path / "work")


def test_a_path_inside_is_readable(allowed: AllowedPaths) -> None:
    expected = allowed.working / "tickets.csv"
    assert allowed.resolve_readable("tickets.csv") == expected
    assert allowed.resolve_readable(str(expected)) == expected
    assert allowed.resolve_readable("../work/./tickets.csv") == expected
    assert allowed.resolve_readable("../home/models") == allowed.home / "models"


@pytest.mark.parametrize(
    "path", ["../secret/keys.csv", "/etc/passwd", "..", "~root/x", "/", "a\0b"]
)
def test_a_path_outside_is_refused(allowed: AllowedPaths, path: str) -> None:
    for resolve in (allowed.resolve_readable, allowed.resolve_writable):
        with pytest.raises(AgentError, match=r"outside|not a valid path"):
            resolve(path)


def test_links_are_resolved_before_the_check(allowed: AllowedPaths) -> None:
    (allowed.working / "link.csv").symlink_to(allowed.working.parent / "secret" / "keys.csv")
    (allowed.working / "folder").symlink_to(allowed.working.parent / "secret")
    (allowed.working / "good.csv").symlink_to(allowed.working / "tickets.csv")
    for path in ("link.csv", "folder/keys.csv", "folder/../secret/keys.csv"):
        with pytest.raises(AgentError, match="outside"):
            allowed.resolve_readable(path)
    with pytest.raises(AgentError, match="outside"):
        allowed.resolve_writable("folder/new.csv")
    assert allowed.resolve_readable("good.csv") == allowed.working / "tickets.csv"


def test_a_circular_link_is_refused(allowed: AllowedPaths) -> None:
    (allowed.working / "a").symlink_to(allowed.working / "b")
    (allowed.working / "b").symlink_to(allowed.working / "a")
    with pytest.raises(AgentError):
        allowed.resolve_readable("a")


def test_a_link_out_of_a_folder_is_refused_however_deep(allowed: AllowedPaths) -> None:
    inner = allowed.working / "docs" / "deep"
    inner.mkdir(parents=True)
    (inner / "self").symlink_to(allowed.working / "docs")
    allowed.check_links(allowed.working / "docs")
    (allowed.working / "elsewhere").mkdir()
    (allowed.working / "elsewhere" / "out").symlink_to(allowed.working.parent / "secret")
    (inner / "hop").symlink_to(allowed.working / "elsewhere")
    with pytest.raises(AgentError, match="out' is a link out of the allowed folders"):
        allowed.check_links(allowed.working / "docs")


def test_an_existing_file_and_the_home_are_not_writable(allowed: AllowedPaths) -> None:
    assert allowed.resolve_writable("new.csv") == allowed.working / "new.csv"
    with pytest.raises(AgentError, match="already exists"):
        allowed.resolve_writable("tickets.csv")
    with pytest.raises(AgentError, match="in the home"):
        allowed.resolve_writable("../home/cards.csv")
    inside = AllowedPaths.of(allowed.home, working=allowed.home / "models")
    assert inside.resolve_writable("new.csv") == allowed.home / "models" / "new.csv"


def test_extra_folders_can_be_allowed(allowed: AllowedPaths) -> None:
    extra = allowed.working.parent / "more"
    with pytest.raises(AgentError):
        allowed.resolve_readable(extra / "inbox.csv")
    wider = AllowedPaths.of(allowed.home, [extra], allowed.working)
    assert wider.resolve_readable(extra / "inbox.csv") == extra / "inbox.csv"
    assert wider.resolve_writable(extra / "out.csv") == extra / "out.csv"


def test_an_unknown_name_is_answered_with_the_files_that_exist(allowed: AllowedPaths) -> None:
    with pytest.raises(AgentError, match=r"There are tickets\.csv\."):
        allowed.resolve_readable("ticket.csv")

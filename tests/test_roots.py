"""Files may be touched below the working folder and the home only, wherever links seem to lead."""

from __future__ import annotations

from pathlib import Path

import pytest

from chainzoo.agent.allowed_paths import AllowedPaths
from chainzoo.errors import AgentError


@pytest.fixture
def roots(tmp_path: Path) -> AllowedPaths:
    """A working folder and a home beside a folder that is nobody's business."""
    for name in ("work", "home/models", "secret", "more"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "work" / "tickets.csv").write_text("text,label\n")
    (tmp_path / "secret" / "keys.csv").write_text("text,label\n")
    (tmp_path / "more" / "inbox.csv").write_text("text\n")
    return AllowedPaths.of(tmp_path / "home", working=tmp_path / "work")


def test_what_is_inside_may_be_read(roots: AllowedPaths) -> None:
    found = roots.working / "tickets.csv"
    assert roots.existing("tickets.csv") == found
    assert roots.existing(str(found)) == found
    assert roots.existing("../work/./tickets.csv") == found
    assert roots.existing("../home/models") == roots.home / "models"


@pytest.mark.parametrize(
    "path", ["../secret/keys.csv", "/etc/passwd", "..", "~root/x", "/", "a\0b"]
)
def test_what_is_outside_may_not(roots: AllowedPaths, path: str) -> None:
    for asked in (roots.existing, roots.writing):
        with pytest.raises(AgentError, match=r"outside|cannot be a path"):
            asked(path)


def test_links_are_followed_before_it_is_decided(roots: AllowedPaths) -> None:
    (roots.working / "link.csv").symlink_to(roots.working.parent / "secret" / "keys.csv")
    (roots.working / "folder").symlink_to(roots.working.parent / "secret")
    (roots.working / "good.csv").symlink_to(roots.working / "tickets.csv")
    for path in ("link.csv", "folder/keys.csv", "folder/../secret/keys.csv"):
        with pytest.raises(AgentError, match="outside"):
            roots.existing(path)
    with pytest.raises(AgentError, match="outside"):
        roots.writing("folder/new.csv")
    assert roots.existing("good.csv") == roots.working / "tickets.csv"


def test_a_link_in_circles_is_refused(roots: AllowedPaths) -> None:
    (roots.working / "a").symlink_to(roots.working / "b")
    (roots.working / "b").symlink_to(roots.working / "a")
    with pytest.raises(AgentError):
        roots.existing("a")


def test_a_folder_is_searched_for_links_that_lead_out(roots: AllowedPaths) -> None:
    inner = roots.working / "docs" / "deep"
    inner.mkdir(parents=True)
    (inner / "self").symlink_to(roots.working / "docs")
    roots.check_links(roots.working / "docs")
    (roots.working / "elsewhere").mkdir()
    (roots.working / "elsewhere" / "out").symlink_to(roots.working.parent / "secret")
    (inner / "hop").symlink_to(roots.working / "elsewhere")
    with pytest.raises(AgentError, match="out' is a link out of the folders"):
        roots.check_links(roots.working / "docs")


def test_nothing_is_overwritten_and_the_home_is_not_written_to(roots: AllowedPaths) -> None:
    assert roots.writing("new.csv") == roots.working / "new.csv"
    with pytest.raises(AgentError, match="is there already"):
        roots.writing("tickets.csv")
    with pytest.raises(AgentError, match="in the home"):
        roots.writing("../home/cards.csv")
    inside = AllowedPaths.of(roots.home, working=roots.home / "models")
    assert inside.writing("new.csv") == roots.home / "models" / "new.csv"


def test_more_folders_can_be_allowed(roots: AllowedPaths) -> None:
    more = roots.working.parent / "more"
    with pytest.raises(AgentError):
        roots.existing(more / "inbox.csv")
    wider = AllowedPaths.of(roots.home, [more], roots.working)
    assert wider.existing(more / "inbox.csv") == more / "inbox.csv"
    assert wider.writing(more / "out.csv") == more / "out.csv"


def test_a_wrong_name_is_answered_with_those_that_there_are(roots: AllowedPaths) -> None:
    with pytest.raises(AgentError, match=r"There are tickets\.csv\."):
        roots.existing("ticket.csv")

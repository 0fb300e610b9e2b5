"""docs/help.md holds the output of ``--help``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "help.md"


def test_the_page_is_up_to_date() -> None:
    # In a process of its own, because click caches the help option of a command.
    command = [sys.executable, "-m", "chainzoo.cli.help_page"]
    done = subprocess.run(command, check=True, capture_output=True, text=True, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == done.stdout, (
        "run: python -m chainzoo.cli.help_page > docs/help.md"
    )

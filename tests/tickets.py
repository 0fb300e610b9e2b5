"""A part of the support tickets in ``examples/data``, for tests that tune."""

from __future__ import annotations

from pathlib import Path

TICKETS = Path(__file__).parents[1] / "examples" / "data" / "support_tickets.csv"


def sample_tickets(folder: Path, step: int = 4) -> Path:
    """Write every ``step``-th ticket to a file in ``folder``; return its path."""
    lines = TICKETS.read_text(encoding="utf-8").splitlines()
    path = folder / "few.csv"
    path.write_text("\n".join([lines[0], *lines[1::step]]) + "\n", encoding="utf-8")
    return path

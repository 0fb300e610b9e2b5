"""A part of the support tickets in ``examples/data``, for tests that tune."""

from __future__ import annotations

import csv
from pathlib import Path

TICKETS = Path(__file__).parents[1] / "examples" / "data" / "support_tickets.csv"


def sample_tickets(folder: Path, step: int = 4) -> Path:
    """Write every ``step``-th ticket to a file in ``folder``; return its path."""
    lines = TICKETS.read_text(encoding="utf-8").splitlines()
    path = folder / "few.csv"
    path.write_text("\n".join([lines[0], *lines[1::step]]) + "\n", encoding="utf-8")
    return path


def intent_tickets(folder: Path, intents: tuple[str, ...], rows: int) -> Path:
    """Write the first ``rows`` tickets of some intents to a file in ``folder``; return its path."""
    with TICKETS.open(newline="", encoding="utf-8") as file:
        chosen = [row for row in csv.DictReader(file) if row["intent"] in intents]
    path = folder / "few.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, ["text", "intent"])
        writer.writeheader()
        writer.writerows(chosen[:rows])
    return path

"""Compare first, tune then: which way pays on this data, and the model that it leads to."""

from __future__ import annotations

import csv
from pathlib import Path

from chainzoo import Zoo

DATA = Path(__file__).parent / "data"


def main() -> None:
    """A short comparison on a third of the tickets, then the chosen way on all of them."""
    zoo = Zoo()
    with (DATA / "support_tickets.csv").open(encoding="utf-8") as file:
        some = [row for at, row in enumerate(csv.DictReader(file)) if at % 3 == 0]
    found = zoo.compare(some, models=["minilm-l6"], seconds=5)
    for one in found.candidates:
        print(f"{one.name}: {found.metric} {one.score:.2f}, {one.seconds:.1f} s to learn")
    print(found.verdict)

    method = "head" if "head" in found.chosen or "frozen" in found.chosen else "lora"
    run = zoo.tune(DATA / "support_tickets.csv", model="minilm-l6", method=method, epochs=1)
    model = run.wait()
    print(f"Tuned with {method}: {model.ref}, {model.metric} {model.score:.2f}")


if __name__ == "__main__":
    main()

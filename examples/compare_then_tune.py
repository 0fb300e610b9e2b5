"""Compare first, tune then: which way pays on this data, and the model that it leads to."""

from __future__ import annotations

import csv
from pathlib import Path

from chainzoo import Zoo

DATA = Path(__file__).parent / "data"


def main() -> None:
    """A short comparison on a fifth of the tickets, then the chosen way on all of them."""
    zoo = Zoo()
    with (DATA / "support_tickets.csv").open(encoding="utf-8") as file:
        some = [row for at, row in enumerate(csv.DictReader(file)) if at % 5 == 0]
    found = zoo.compare(some, models=["minilm-l6"], max_seconds=3)
    for one in found.candidates:
        print(f"{one.name}: {found.metric} {one.score:.2f}, {one.seconds:.1f} s to learn")
    print(found.verdict)

    # The best candidate that stands on the model itself says which way to tune it.
    best = next(one for one in found.candidates if one.model == "minilm-l6")
    method = "head" if best.strategy == "linear probe" else "lora"
    later = DATA / "support_tickets_later.csv"  # Complaints in other sentences: a fair judge.
    run = zoo.tune(
        DATA / "support_tickets.csv", test=later, model="minilm-l6", method=method, epochs=1
    )
    model = run.wait()
    print(f"Tuned with {method}: {model.ref}, {model.metric} {model.score:.2f} on {later.name}")


if __name__ == "__main__":
    main()

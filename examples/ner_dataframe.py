"""Recognise entities in a column of a DataFrame: one new column for each kind of entity."""

from __future__ import annotations

import random
from typing import Any

import pandas as pd

from chainzoo import Zoo

PEOPLE = ("Anna Berg", "Omar Haddad", "Chen Wei", "Maria Rossi", "John Cole", "Aiko Mori")
PLACES = ("Oslo", "Lisbon", "Cairo", "Osaka", "Boston", "Vienna", "Prague", "Lima")
FORMS = (
    "{p} moved to {c} last spring.", "In {c} we met {p} again.", "{p} opened a shop in {c}.",
    "The train to {c} was late, said {p}.", "{p} wrote from {c}.", "Ask {p} about {c}, please.",
)  # fmt: skip


def make_row(rng: random.Random) -> dict[str, Any]:
    """A sentence with its entities as (start, end, kind)."""
    person, city = rng.choice(PEOPLE), rng.choice(PLACES)
    text = rng.choice(FORMS).format(p=person, c=city)
    spans = [(person, "PERSON"), (city, "PLACE")]
    label = [[text.index(name), text.index(name) + len(name), kind] for name, kind in spans]
    return {"text": text, "label": label}


def main() -> None:
    """Tune on generated sentences, then read notes with names that were not in them."""
    rng = random.Random(3)
    zoo = Zoo()
    run = zoo.tune(
        [make_row(rng) for _ in range(160)],
        model="minilm-l6",
        method="full",
        epochs=3,
        learning_rate=3e-4,
        name="names",
    )
    model = run.wait()
    print(f"{model.ref}: {model.metric} {model.score:.2f}")

    notes = pd.DataFrame(
        {"note": ["Peter Hansen called from Madrid.", "We met Laura Klein in Rome."]}
    )
    predictions = zoo.predictor(model.ref).batch(notes["note"].tolist())
    for kind in ("PERSON", "PLACE"):
        notes[kind.lower()] = [
            ", ".join(e.text for e in prediction.entities if e.label == kind)
            for prediction in predictions
        ]
    print(notes.to_string(index=False))


if __name__ == "__main__":
    main()

"""Writes the shelf of an invented tea shop and what its customers did: teas.csv, tea_events.csv.

Each customer leans to one or two kinds and tries others now and then; liking follows the leaning.
"""

from __future__ import annotations

import csv
import random
from pathlib import Path

KINDS = {
    "Green": ("grassy and fresh", ("Sencha", "Gyokuro", "Dragon Well", "Gunpowder", "Matcha")),
    "Black": ("strong and malty", ("Assam", "Ceylon", "Keemun", "Yunnan", "Breakfast Blend")),
    "Herbal": ("without caffeine, for the evening", ("Camomile", "Peppermint", "Rooibos", "Verbena")),
    "Fruit": ("sweet and fruity", ("Hibiscus", "Wild Berry", "Apple", "Rose Hip", "Blood Orange")),
    "Smoked": ("smoky, of pine fires", ("Lapsang", "Russian Caravan", "Tarry Souchong")),
}  # fmt: skip
MAKES = ("from the hills", "of the first harvest", "in a tin")
CUSTOMERS, VISITS = 48, 18
HERE = Path(__file__).parent
START, DAY = 1_767_225_600, 86_400  # 1 January 2026


def main() -> None:
    """Write both files."""
    draw = random.Random(7)
    shelf = [
        (f"{name} {make}", f"{kind} tea, {taste}", kind)
        for kind, (taste, names) in KINDS.items()
        for name in names
        for make in MAKES
    ]
    with (HERE / "teas.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(("item_id", "title", "description", "genres"))
        rows.writerows((f"t{at}", *tea) for at, tea in enumerate(shelf))
    with (HERE / "tea_events.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(("user_id", "item_id", "event", "rating", "time"))
        for customer in range(CUSTOMERS):
            rows.writerows(visits(draw, customer, shelf))


def visits(draw: random.Random, customer: int, shelf: list[tuple[str, str, str]]) -> list[tuple]:  # type: ignore[type-arg]
    """What one customer looked at and rated, in the order of time; the last teas are untouched."""
    leaning = draw.sample(list(KINDS), 2)
    weights = [6 if tea[2] == leaning[0] else 3 if tea[2] == leaning[1] else 1 for tea in shelf]
    time, found, seen = START + draw.randrange(60 * DAY), [], set[int]()
    while len(found) < VISITS:
        at = draw.choices(range(len(shelf) - 2), weights[:-2])[0]
        if at in seen:
            continue
        seen.add(at)
        time += draw.randrange(DAY, 5 * DAY)
        likes = draw.random() < (0.9 if shelf[at][2] in leaning else 0.25)
        event = draw.choice(("view", "click", "rating", "rating"))
        rating = (
            (draw.choice((4, 5)) if likes else draw.choice((1, 2))) if event == "rating" else ""
        )
        found.append((f"c{customer}", f"t{at}", event, rating, time))
    return found


if __name__ == "__main__":
    main()

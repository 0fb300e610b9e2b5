"""A task of your own: how many days a customer will wait, judged by how far off a guess is.

It is registered for this program; a package registers one for all by the entry point
``chainzoo.tasks``.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from chainzoo import Recipe, TuningJob, Zoo, fine_tune, plugins

WAITS = {
    1: ("It is broken, come at once", "I need this today", "This cannot wait, hurry"),
    7: ("Some time this week will do", "By Friday, please", "Within the next days is fine"),
    30: ("Whenever it suits you", "There is no hurry at all", "Next month is early enough"),
}


class Patience(plugins.TextClassification):
    """Days are in order, so that 7 for 1 is a smaller mistake than 30 for 1."""

    name = "patience"
    score_ranges = {"days_off": (0.0, math.inf)}  # All other scores go from 0 to 1.

    def sufficient_statistics(
        self, examples: Sequence[Any], predictions: Sequence[Any], labels: plugins.LabelSpace
    ) -> np.ndarray:
        pairs = zip(examples, predictions, strict=True)
        return np.array([(abs(int(e.labels[0]) - int(p.label)), 1.0) for e, p in pairs])

    def scores(self, counts: np.ndarray, labels: plugins.LabelSpace) -> dict[str, np.ndarray]:
        off = counts[..., 0] / np.maximum(counts[..., 1], 1)
        return {"closeness": 1 / (1 + off), "days_off": off}

    def report_tables(self, *arguments: Any) -> list[Any]:
        return []  # Those of text classification show F1, which this task does not have.


class PatienceConverter(plugins.TextClassificationConverter):
    """Reads texts with labels, after all other tasks have been considered."""

    task = "patience"
    priority = 100


def main() -> None:
    """Register, tune, call."""
    plugins.register_task(Patience())
    plugins.register_converter(PatienceConverter())
    zoo = Zoo()
    names = ("Ann", "Bo", "Cem", "Di", "Eva", "Finn", "Gus", "Hal")
    lines = [f'"{t}, {n}",{d}' for d, texts in WAITS.items() for t in texts for n in names]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "waits.csv"
        path.write_text("text,label\n" + "\n".join(lines) + "\n", "utf-8")
        recipe = Recipe.of(
            task="patience", name="patience", model="minilm-l6", method="full", epochs=8
        )
        model = fine_tune(zoo.home, TuningJob(recipe, str(path), Path(folder) / "run"))
    print(f"{model.ref}: {model.metric} {model.score:.2f}")
    for text in ("Come at once, please", "Next month, there is no hurry"):
        print(f"{text}: {zoo.predictor(model.ref).invoke(text).label} days")


if __name__ == "__main__":
    main()

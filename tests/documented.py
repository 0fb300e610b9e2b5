"""What the examples of the documentation need: files, and models of a home."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from chainzoo import Recipe
from chainzoo.home import Home
from chainzoo.pipeline import TuningJob, fine_tune
from chainzoo.registry import Registry

DATA = Path(__file__).parents[1] / "examples" / "data"
ROWS = 60


def write_files(folder: Path) -> None:
    """The files that the pages name, small."""
    with (DATA / "support_tickets.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    step = max(1, (len(rows) - 1) // ROWS)
    for name, part in (("tickets.csv", rows[1::step]), ("later.csv", rows[2::step])):
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([rows[0], *part])
    shutil.copy(DATA / "shop" / "faq.csv", folder / "faq.csv")
    shutil.copytree(DATA / "policies", folder / "policies")


def build_home(fetched: Home, folder: Path) -> Home:
    """A home with the embedded models and ``tickets``, tuned for one epoch with its head alone."""
    home = Home(folder / "home")
    home.weights.mkdir(parents=True)
    for name in ("minilm-l6", "smollm2-135m"):
        (home.weights / name).symlink_to(fetched.weights / name, target_is_directory=True)
    write_files(folder)
    recipe = Recipe(name="tickets", method="head", epochs=1)
    record = fine_tune(home, TuningJob(recipe, str(folder / "tickets.csv"), folder / "work"))
    Registry(home).promote(record.ref, "production")
    return home


@contextmanager
def surroundings(page: str, home: Home) -> Iterator[tuple[dict[str, Any], dict[str, str]]]:
    """The names that a page uses and does not define, and texts to replace in its examples."""
    from tests.served import running

    from chainzoo import Zoo

    zoo = Zoo(home)
    names: dict[str, Any] = {"__name__": "__main__", "zoo": zoo}
    if page != "docs/serving.md":
        yield names, {}
        return
    with running(zoo) as server:
        yield names, {"http://127.0.0.1:8000": server.url}

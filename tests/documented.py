"""What the examples of the documentation need: files, and models of a home."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from chainzoo import Recipe
from chainzoo.home import Home
from chainzoo.pipeline import TuningJob, fine_tune
from chainzoo.registry import Registry
from tests import tiny

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
    for name in ("teas.csv", "tea_events.csv"):
        shutil.copy(DATA / name, folder / name)
    write_rows(folder / "links.jsonl", relation_rows())
    shutil.copytree(DATA / "policies", folder / "policies")


def build_home(fetched: Home, folder: Path) -> Home:
    """A home with the embedded models and ``tickets``, tuned for one epoch with its head alone."""
    home = Home(folder / "home")
    home.weights.mkdir(parents=True)
    for name in ("minilm-l6", "smollm2-135m"):
        (home.weights / name).symlink_to(fetched.weights / name, target_is_directory=True)
    write_files(folder)
    rows = {
        "tickets": folder / "tickets.csv",
        "street-topic": write_rows(folder / "topics.jsonl", topic_rows()),
        "street-mood": write_rows(folder / "moods.jsonl", sentiment_rows()),
        "names": write_rows(folder / "names.jsonl", entity_rows()),
        "links": folder / "links.jsonl",
    }
    rows["reader"] = write_rows(folder / "questions.jsonl", question_rows())
    rows["summaries"] = write_rows(folder / "summaries.jsonl", summary_rows())
    summaries = {
        "model": tiny.seq2seq(home, folder / "t5", "t5"),
        "task": "summarization",
        "text_column": "text",
        "label_column": "summary",
    }
    tiny.causal(home, folder / "llama")
    for name, path in rows.items():
        settings = summaries if name == "summaries" else {}
        recipe = Recipe.of(name=name, method="head", epochs=1, **settings)
        fine_tune(home, TuningJob(recipe, str(path), folder / "work" / name))
    Registry(home).promote("tickets", "production")
    return home


def write_rows(path: Path, rows: Iterable[dict[str, Any]]) -> Path:
    """Write rows as JSON Lines."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def topic_rows() -> Iterator[dict[str, Any]]:
    """Sentences about the railway and about food."""
    for day in ("Monday", "Tuesday", "Friday", "Sunday"):
        for adjective in ("late", "full", "quick"):
            yield {"text": f"The {day} train was {adjective}.", "label": "railway"}
            yield {"text": f"The {day} soup was {adjective}.", "label": "food"}


def sentiment_rows() -> Iterator[dict[str, Any]]:
    """Sentences with a sentiment."""
    words = {"positive": "wonderful", "neutral": "usual", "negative": "awful"}
    for thing in ("train", "soup", "station", "bread", "driver", "cook", "ticket", "menu"):
        for label, word in words.items():
            yield {"text": f"The {thing} was {word}.", "label": label}


def entity_rows() -> Iterator[dict[str, Any]]:
    """Sentences with the spans of a person and of a firm."""
    for person in ("Clara Weiss", "Ann Lee", "Peter Hansen", "Laura Klein", "Ivo Novak"):
        for firm in ("Novak Ltd", "Brightwater", "Acme Corp"):
            text = f"{person} runs {firm}."
            start = text.index(firm)
            spans = [[0, len(person), "PERSON"], [start, start + len(firm), "FIRM"]]
            yield {"text": text, "spans": spans}


def relation_rows() -> Iterator[dict[str, Any]]:
    """Sentences with two marked entities and their relation."""
    for person in ("Clara Weiss", "Ann Lee", "Peter Hansen", "Laura Klein", "Ivo Novak"):
        for verb, relation in (("runs", "runs(e1,e2)"), ("sued", "sued(e1,e2)")):
            yield {
                "text": f"<e1>{person}</e1> {verb} <e2>Novak Ltd</e2>.",
                "relation": relation,
            }


def question_rows() -> Iterator[dict[str, Any]]:
    """Questions with the answer in their context."""
    for number, person in enumerate(("Clara", "Ann", "Ivo", "Eva", "Max", "Lea") * 2):
        context = f"{person} met Bob in Oslo."
        answers = {"text": [person], "answer_start": [0]}
        yield {"id": str(number), "question": "Who?", "context": context, "answers": answers}


def summary_rows() -> Iterator[dict[str, Any]]:
    """Texts with summaries."""
    for thing in ("parcel", "boots", "bread", "ticket", "menu", "train") * 2:
        text = f"The {thing} was ordered on Monday, and nobody can say where the {thing} is now."
        yield {"text": text, "summary": f"The {thing} is lost."}


@contextmanager
def surroundings(page: str, home: Home) -> Iterator[tuple[dict[str, Any], dict[str, str]]]:
    """The names that a page uses and does not define, and texts to replace in its examples."""
    from chainzoo import Zoo
    from tests.running_server import run_server

    zoo = Zoo(home)
    names: dict[str, Any] = {"__name__": "__main__", "zoo": zoo}
    if page == "docs/serving.md":
        with run_server(zoo) as server:
            yield names, {"http://127.0.0.1:8000": server.url}
    else:
        yield names, SMALLER


# What takes minutes is tuned on less.
SMALLER = {
    '"TRAIN_FILE.TXT", method="full", epochs=4': '"links.jsonl", method="head", epochs=1',
    'task="dialogue", name="desk"': 'task="dialogue", name="desk", model="tiny-llama", epochs=1',
}

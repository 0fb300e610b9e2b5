"""Names and relations out of documents: two small models, then a graph and a table."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path
from typing import Any

from chains.information_extraction import ExtractionConfig, FactGraph, build_extractor
from chains.information_extraction.extractor import documents_in
from chainzoo import Zoo

PEOPLE = ("Anna Berg", "Omar Haddad", "Chen Wei", "Maria Rossi", "John Cole", "Aiko Mori")
FIRMS = ("Kestrel Ltd", "Ostra Inc", "Fenwick", "Halden GmbH", "Marula", "Tessera Corp")
CITIES = ("Oslo", "Lisbon", "Cairo", "Osaka", "Boston", "Vienna", "Prague", "Lima")
FORMS = (
    ("{p} runs {f}.", "p", "f", "runs"), ("{p} is the head of {f}.", "p", "f", "runs"),
    ("{f} is in {c}.", "f", "c", "is in"), ("The office of {f} is in {c}.", "f", "c", "is in"),
    ("{p} spoke about {f}.", "p", "f", "Other"), ("{p} flew to {c}.", "p", "c", "Other"),
)  # fmt: skip
KINDS = {"p": "PERSON", "f": "FIRM", "c": "CITY"}


def row(draw: random.Random) -> tuple[dict[str, Any], dict[str, Any]]:
    """A sentence as a row with spans, and as a row with two marked names and their relation."""
    form, first, second, relation = draw.choice(FORMS)
    names = {"p": draw.choice(PEOPLE), "f": draw.choice(FIRMS), "c": draw.choice(CITIES)}
    text = form.format(**names)
    spans = [
        [text.index(names[k]), text.index(names[k]) + len(names[k]), KINDS[k]]
        for k in (first, second)
    ]
    marked = form.format(
        **{
            **names,
            first: f"<e1>{names[first]}</e1>",
            second: f"<e2>{names[second]}</e2>",
        }
    )
    label = relation if relation == "Other" else f"{relation}(e1,e2)"
    return {"text": text, "label": spans}, {"text": marked, "relation": label}


def main() -> None:
    """Tune on generated sentences; read notes with names that were not among them."""
    draw, zoo = random.Random(5), Zoo()
    rows = [row(draw) for _ in range(160)]
    settings: dict[str, Any] = {"method": "full", "epochs": 3, "learning_rate": 3e-4}
    names = zoo.tune([a for a, _ in rows], name="names", **settings).wait()
    links = zoo.tune([b for _, b in rows], name="links", **settings).wait()
    print(f"{names.ref}: {names.score:.2f}, {links.ref}: {links.score:.2f}")

    extractor = build_extractor(ExtractionConfig(entities=names.ref, relations=links.ref), zoo)
    graph = FactGraph()
    notes = Path(__file__).parent / "data" / "notes"
    for found in extractor.read(documents_in(notes)):
        for fact in found.facts:
            print(f"{fact.head.text} | {fact.relation} | {fact.tail.text}")
        graph.add(found)
    drawn = graph.networkx()
    for _, values in sorted(drawn.nodes(data=True)):
        print(f"{values['name']} ({values['type']}): {values['also']}")
    with tempfile.TemporaryDirectory() as folder:
        graph.write(Path(folder) / "graph.graphml")
        graph.draw(Path(folder) / "graph.png")
        print(", ".join(sorted(path.name for path in Path(folder).iterdir())))


if __name__ == "__main__":
    main()

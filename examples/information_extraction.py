"""Extract entities and relations from notes with two small models, into a graph."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path
from typing import Any

from chains.information_extraction import (
    ExtractionConfig,
    FactGraph,
    build_extractor,
    load_documents,
)
from chainzoo import Zoo

PEOPLE = ("Anna Berg", "Omar Haddad", "Chen Wei", "Maria Rossi", "John Cole", "Aiko Mori")
FIRMS = ("Kestrel Ltd", "Ostra Inc", "Fenwick", "Halden GmbH", "Marula", "Tessera Corp")
CITIES = ("Oslo", "Lisbon", "Cairo", "Osaka", "Boston", "Vienna", "Prague", "Lima")
TEMPLATES = (
    ("{p} runs {f}.", "p", "f", "runs"), ("{p} is the head of {f}.", "p", "f", "runs"),
    ("{f} is in {c}.", "f", "c", "is in"), ("The office of {f} is in {c}.", "f", "c", "is in"),
    ("{p} spoke about {f}.", "p", "f", "Other"), ("{p} flew to {c}.", "p", "c", "Other"),
)  # fmt: skip
ENTITY_TYPES = {"p": "PERSON", "f": "FIRM", "c": "CITY"}


def example(rng: random.Random) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a sentence as a row with entity spans, and as a row with two marked entities."""
    template, head, tail, relation = rng.choice(TEMPLATES)
    names = {"p": rng.choice(PEOPLE), "f": rng.choice(FIRMS), "c": rng.choice(CITIES)}
    text = template.format(**names)
    spans = [
        [text.index(names[k]), text.index(names[k]) + len(names[k]), ENTITY_TYPES[k]]
        for k in (head, tail)
    ]
    marked = {head: f"<e1>{names[head]}</e1>", tail: f"<e2>{names[tail]}</e2>"}
    label = relation if relation == "Other" else f"{relation}(e1,e2)"
    return (
        {"text": text, "label": spans},
        {"text": template.format(**{**names, **marked}), "relation": label},
    )


def main() -> None:
    """Tune on generated sentences, then extract from notes that name other entities."""
    rng, zoo = random.Random(5), Zoo()
    examples = [example(rng) for _ in range(160)]
    settings: dict[str, Any] = {"method": "full", "epochs": 3, "learning_rate": 3e-4}
    entities = zoo.tune([row for row, _ in examples], name="names", **settings).wait()
    relations = zoo.tune([row for _, row in examples], name="links", **settings).wait()
    print(f"{entities.ref}: {entities.score:.2f}, {relations.ref}: {relations.score:.2f}")

    config = ExtractionConfig(entities=entities.ref, relations=relations.ref)
    extractor = build_extractor(config, zoo)
    graph = FactGraph()
    notes = Path(__file__).parent / "data" / "notes"
    for document in extractor.extract_many(load_documents(notes)):
        for fact in document.facts:
            print(f"{fact.head.text} | {fact.relation} | {fact.tail.text}")
        graph.add(document)
    for _, node in sorted(graph.networkx().nodes(data=True)):
        print(f"{node['name']} ({node['type']}): {node['aliases']}")
    with tempfile.TemporaryDirectory() as folder:
        graph.write(Path(folder) / "graph.graphml")
        graph.plot(Path(folder) / "graph.png")
        print(", ".join(sorted(path.name for path in Path(folder).iterdir())))


if __name__ == "__main__":
    main()

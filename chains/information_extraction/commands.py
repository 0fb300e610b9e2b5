"""The verb ``chainzoo extract``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click


@click.command()
@click.argument("documents")
@click.option("--entities", required=True, help="Tuned model that finds entities.")
@click.option("--relations", help="Tuned model of relations; without, names that stand together.")
@click.option("--out", required=True, help="Table (.csv, .jsonl) or graph (.json, .graphml).")
@click.option("--picture", help="Draw the graph into this PNG file too.")
@click.option("--least-score", type=click.FloatRange(0, 1), default=0.5, show_default=True)
@click.option("--link/--no-link", default=True, help="Take other spellings of a name for the same.")
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
def extract(
    documents: str,
    entities: str,
    relations: str | None,
    out: str,
    picture: str | None,
    least_score: float,
    link: bool,
    json_: bool,
) -> None:
    """Find names and how they are related in a file or a folder of documents.

    Example:  chainzoo extract docs/ --entities people --relations roles --out graph.graphml
    """
    from chains.information_extraction.config import ExtractionConfig
    from chains.information_extraction.extractor import build_extractor, documents_in
    from chains.information_extraction.files import check_format, write_rows
    from chains.information_extraction.graph import FactGraph

    target, graph = Path(out), FactGraph()
    check_format(target)
    config = ExtractionConfig(
        entities=entities,
        relations=relations,
        least_entity_score=least_score,
        least_relation_score=least_score,
        link_names=link,
    )
    extractor = build_extractor(config)
    as_table = target.suffix.lower() in (".csv", ".jsonl")
    counts = {"documents": 0, "mentions": 0, "facts": 0}

    def counted() -> Iterator[Any]:
        for found in extractor.read(documents_in(Path(documents))):
            counts["documents"] += 1
            counts["mentions"] += len(found.mentions)
            counts["facts"] += len(found.facts)
            if picture or not as_table:  # A table alone needs no graph in memory.
                graph.add(found)
            yield found

    if as_table:
        write_rows(target, counted())
    else:
        for _ in counted():
            pass
        graph.write(target)
    if picture:
        graph.draw(Path(picture))
    written = [out, *([picture] if picture else [])]
    if json_:
        click.echo(json.dumps({**counts, "written": written}, ensure_ascii=False))
        return
    click.echo(
        f"{counts['documents']:,} documents, {counts['mentions']:,} names, {counts['facts']:,}"
        f" relations. Written: {', '.join(written)}."
    )

"""The command ``chainzoo extract``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from chains.terminal import json_option, print_json

if TYPE_CHECKING:
    from chains.information_extraction.facts import DocumentFacts


@click.command()
@click.argument("documents")
@click.option("--entities", required=True, help="Tuned model that tags entities.")
@click.option("--relations", help="Tuned model of relations; without it, entities of one sentence.")
@click.option("--out", required=True, help="Table (.csv, .jsonl) or graph (.json, .graphml).")
@click.option("--plot", help="Plot the graph into this PNG file as well.")
@click.option(
    "--min-score", type=click.FloatRange(0, 1), default=0.5, show_default=True,
    help="Drop entities and relations below this probability.",
)  # fmt: skip
@click.option("--link/--no-link", default=True, help="Treat spellings of a name as one entity.")
@json_option
def extract(
    documents: str,
    entities: str,
    relations: str | None,
    out: str,
    plot: str | None,
    min_score: float,
    link: bool,
    json_: bool,
) -> None:
    """Extract entities and their relations from a file or a folder of documents.

    Example:  chainzoo extract docs/ --entities people --relations roles --out graph.graphml
    """
    from chains.information_extraction.config import ExtractionConfig
    from chains.information_extraction.documents import load_documents
    from chains.information_extraction.extractor import build_extractor
    from chains.information_extraction.output_files import check_format

    check_format(Path(out))
    config = ExtractionConfig(
        entities=entities,
        relations=relations,
        min_entity_score=min_score,
        min_relation_score=min_score,
        link_entities=link,
    )
    extractor = build_extractor(config)
    extracted = extractor.extract_many(load_documents(Path(documents)))
    counts = _write_outputs(extracted, Path(out), Path(plot) if plot else None)
    written = [out, *([plot] if plot else [])]
    if json_:
        print_json({**counts, "written": written}, indent=None)
        return
    click.echo(
        f"{counts['documents']:,} documents, {counts['mentions']:,} mentions,"
        f" {counts['facts']:,} facts. Written: {', '.join(written)}."
    )


def _write_outputs(
    extracted: Iterator[DocumentFacts], out: Path, plot: Path | None
) -> dict[str, int]:
    """Write the table or graph, and the plot; return the numbers of what was extracted."""
    from chains.information_extraction.graph import FactGraph
    from chains.information_extraction.output_files import is_table, write_table

    graph = FactGraph()
    counts = {"documents": 0, "mentions": 0, "facts": 0}
    needs_graph = plot is not None or not is_table(out)  # A table alone is written as a stream.

    def counted() -> Iterator[DocumentFacts]:
        for document in extracted:
            counts["documents"] += 1
            counts["mentions"] += len(document.mentions)
            counts["facts"] += len(document.facts)
            if needs_graph:
                graph.add(document)
            yield document

    if is_table(out):
        write_table(out, counted())
    else:
        for _ in counted():
            pass
        graph.write(out)
    if plot is not None:
        graph.plot(plot)
    return counts

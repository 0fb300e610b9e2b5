"""A tuned model out of the registry, for other programs, checked on rows of its own data."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from chainzoo.data import ReadOptions
from chainzoo.errors import RegistryError
from chainzoo.evaluation.published import read_evaluation_data, read_training_examples
from chainzoo.export.export import Exported, Format, export
from chainzoo.home import Home
from chainzoo.inference.published import open_predictor
from chainzoo.registry import Registry

MOST_ROWS = 200
TEXTS = (
    "The parcel has not arrived and nobody can say where it is.",
    "Thank you, that was quick!",
    "On Monday Ann Lee flew from Oslo to Paris with two colleagues of the World Bank.",
    "How do I change the address of an order that was sent yesterday?",
    "7",
    "A long one: " + "the same words again and again, " * 20,
)
ROWS: dict[str, tuple[Any, ...]] = {
    "relation-extraction": (
        "<e1>Ada Lovelace</e1> wrote the first <e2>program</e2>.",
        "The <e2>engine</e2> was built by a <e1>company</e1> in Leeds.",
    ),
    "question-answering": tuple(
        {"question": question, "context": TEXTS[2] + " " + TEXTS[0]}
        for question in ("Who flew to Paris?", "When?", "What has not arrived?")
    ),
    "text-ranking": tuple({"query": "Where is my parcel?", "item": text} for text in TEXTS),
}


def export_model(
    home: Home,
    ref: str,
    folder: str | Path,
    format: str = "transformers",  # noqa: A002
    data: Any = None,
) -> Exported:
    """Write a tuned model for another program; checked on ``data``, or on what it was tuned on.

    Raises:
        RegistryError: the format cannot hold it. ParityError: it would answer otherwise.
    """
    registry = Registry(home)
    record = registry.get(ref)
    if record.task == "sentence-similarity":
        raise RegistryError(
            f"{record.ref} is a SentenceTransformer already.",
            remedy=f"Copy the folder {registry.path(record)}.",
        )
    predictor = open_predictor(home, record.ref, precision="float32", packed=False)
    if data is not None:
        rows: Sequence[Any] = read_evaluation_data(home, predictor, data, ReadOptions()).examples
    else:
        rows = read_training_examples(home, record, predictor.loaded.manifest.recipe)
    if not rows:
        task = predictor.loaded.task
        rows = [task.parse_input(value) for value in ROWS.get(task.name, TEXTS)]
    step = max(1.0, len(rows) / MOST_ROWS)
    some = [rows[int(at * step)] for at in range(min(len(rows), MOST_ROWS))]
    return export(predictor, folder, some, cast(Format, format))

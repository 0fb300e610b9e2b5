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
        rows = [task.parse_input(value) for value in task.sample_inputs]
    step = max(1.0, len(rows) / MOST_ROWS)
    some = [rows[int(at * step)] for at in range(min(len(rows), MOST_ROWS))]
    return export(predictor, folder, some, cast(Format, format))

"""A file of texts in, the same file with predictions out, whatever its size."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from chainzoo.data import ReadOptions
from chainzoo.data.stream import TextRow, stream_texts
from chainzoo.errors import PredictionError
from chainzoo.inference.predictor import Predictor
from chainzoo.inference.runnable import STREAM_CHUNK
from chainzoo.tasks import get_task
from chainzoo.tasks.predictions import TextOutput

LINES = (".jsonl", ".ndjson", ".json")


def predict_file(
    predictor: Predictor,
    source: str | Path,
    output: str | Path,
    options: ReadOptions | None = None,
    progress: Callable[[int], None] = lambda rows: None,
) -> int:
    """Predict on every row of ``source`` and write ``output``; gives the number of rows.

    ``output`` is CSV, or JSON Lines when it is called so. It appears when it is whole. Columns are
    added to the row's own: ``label`` and ``score``, ``entities``, ``answer``, …; what is written is
    called ``output``.

    Raises:
        DataError: the source cannot be read. PredictionError: the output cannot be written.
    """
    output = Path(output)
    if output.resolve() == Path(source).resolve():
        raise PredictionError(f"{output} is the input.", remedy="Name another --output.")
    beside = output.with_name(f".{output.name}.{os.getpid()}.part")
    write = _write_lines if output.suffix.lower() in LINES else _write_csv
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        rows = write(beside, _predicted(predictor, stream_texts(source, options), progress))
        os.replace(beside, output)
    except OSError as error:
        raise PredictionError(
            f"{output} cannot be written: {error.strerror or error}.",
            remedy="Name another --output.",
        ) from None
    finally:
        beside.unlink(missing_ok=True)
    return rows


def _predicted(
    predictor: Predictor, rows: Iterator[TextRow], progress: Callable[[int], None]
) -> Iterator[dict[str, Any]]:
    done = 0
    while chunk := list(islice(rows, STREAM_CHUNK)):
        whole = get_task(predictor.task).input_fields != ("text",)
        asked = [row.values if whole else row.text for row in chunk]
        for row, prediction in zip(chunk, predictor.predict(asked), strict=True):
            yield {**row.values, **_columns(prediction, row.values)}
        done += len(chunk)
        progress(done)


def _columns(prediction: Any, taken: dict[str, Any]) -> dict[str, Any]:
    """The answer's columns; one that the row has already is called ``predicted_…``."""
    values = prediction.as_dict()
    if isinstance(prediction, TextOutput):
        values = {"output": prediction.text}
    values.pop("scores", None)
    if values.get("labels") == [values.get("label")]:
        values.pop("labels")
    return {f"predicted_{name}" if name in taken else name: v for name, v in values.items()}


def _write_lines(path: Path, rows: Iterator[dict[str, Any]]) -> int:
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False, default=str) + "\n")
            count += 1
    return count


def _write_csv(path: Path, rows: Iterator[dict[str, Any]]) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer: Any = None
        for row in rows:
            if writer is None:
                writer = csv.DictWriter(file, list(row), extrasaction="ignore")
                writer.writeheader()
            writer.writerow({name: _cell(value) for name, value in row.items()})
            count += 1
    return count


def _cell(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value

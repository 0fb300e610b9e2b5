"""Predict on every row of a file of any size, and write the rows with their predictions."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from chainzoo import atomic
from chainzoo.data import ReadOptions
from chainzoo.data.stream import TextRow, stream_texts
from chainzoo.errors import PredictionError
from chainzoo.inference.runnable import STREAM_CHUNK, TaskPredictor
from chainzoo.tasks import get_task
from chainzoo.tasks.predictions import TextOutput

JSON_LINES_SUFFIXES = (".jsonl", ".ndjson", ".json")


def predict_file(
    predictor: TaskPredictor,
    source: str | Path,
    output: str | Path,
    options: ReadOptions | None = None,
    progress: Callable[[int], None] = lambda rows: None,
) -> int:
    """Predict on every row of ``source``, write ``output``, and return the number of rows.

    ``output`` is JSON Lines if its suffix says so, else CSV; it appears when it is complete. Columns
    are added to those of the row: ``label`` and ``score``, ``entities``, ``answer`` and the like;
    generated text is in ``output``. ``progress`` is called with the rows that are done.

    Raises:
        DataError: the source cannot be read. InvalidInputsError: a row does not fit the task.
        PredictionError: the output cannot be written.
    """
    output = Path(output)
    if output.resolve() == Path(source).resolve():
        raise PredictionError(f"{output} is the input.", remedy="Name another --output.")
    is_json = output.suffix.lower() in JSON_LINES_SUFFIXES
    write = _write_json_lines if is_json else _write_csv
    try:
        with atomic.file(output) as tmp_path:
            return write(
                tmp_path, _predict_rows(predictor, stream_texts(source, options), progress)
            )
    except OSError as error:
        raise PredictionError(
            f"{output} cannot be written: {error.strerror or error}.",
            remedy="Name another --output.",
        ) from None


def _predict_rows(
    predictor: TaskPredictor, rows: Iterator[TextRow], progress: Callable[[int], None]
) -> Iterator[dict[str, Any]]:
    reads_text = get_task(predictor.task).input_fields == ("text",)
    done = 0
    while chunk := list(islice(rows, STREAM_CHUNK)):
        predictions = predictor.predict([row.text if reads_text else row.values for row in chunk])
        for row, prediction in zip(chunk, predictions, strict=True):
            yield {**row.values, **_columns(prediction, row.values)}
        done += len(chunk)
        progress(done)


def _columns(prediction: Any, existing: dict[str, Any]) -> dict[str, Any]:
    """The columns of a prediction; ``predicted_…`` where the row has one of that name already."""
    values = prediction.as_dict()
    if isinstance(prediction, TextOutput):
        values = {"output": prediction.text}
    values.pop("scores", None)
    if values.get("labels") == [values.get("label")]:
        values.pop("labels")
    return {
        f"predicted_{name}" if name in existing else name: value for name, value in values.items()
    }


def _write_json_lines(path: Path, rows: Iterator[dict[str, Any]]) -> int:
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False, default=str) + "\n")
            count += 1
    return count


def _write_csv(path: Path, rows: Iterator[dict[str, Any]]) -> int:
    """Write the columns of the first row; other columns of later rows are left out."""
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

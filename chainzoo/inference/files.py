"""Predict on every row of a file of any size, and write the rows with their predictions."""

from __future__ import annotations

import csv
import json
import re
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import IO, Any

from chainzoo import atomic
from chainzoo.data import ReadOptions
from chainzoo.data.stream import TextRow, open_texts
from chainzoo.errors import PredictionError
from chainzoo.inference.runnable import STREAM_CHUNK, TaskPredictor
from chainzoo.tasks import get_task
from chainzoo.tasks.predictions import TextOutput

JSON_LINES_SUFFIXES = (".jsonl", ".ndjson", ".json")
# What a spreadsheet would run: not numbers such as -5 and +1.5, and not a sign alone.
FORMULA = re.compile(r"[\t\r\n ]*(?:=|[-+@](?!\s*[\d.,]+(?:[eE][-+]?\d+)?\s*%?$)\S*\s*\S)")


def predict_file(
    predictor: TaskPredictor,
    source: str | Path,
    output: str | Path,
    options: ReadOptions | None = None,
    progress: Callable[[int], None] = lambda rows: None,
    on_read: Callable[[str], None] = lambda sentence: None,
) -> int:
    """Predict on every row of ``source``, write ``output``, and return the number of rows.

    The file is read as the training data of the model was; ``options`` override that. ``output`` is
    JSON Lines if its suffix says so, else CSV; it appears when it is complete. Columns are added to
    those of the rows: ``label`` and ``score``, ``entities``, ``answer`` and the like; generated text
    is in ``output``. In CSV, texts that a spreadsheet would run as formulas begin with an
    apostrophe. ``progress`` is called with the rows that are done, ``on_read`` with a sentence on
    the columns that are read.

    Raises:
        DataError: the source cannot be read. InvalidInputsError: a row does not fit the task.
        PredictionError: the output cannot be written.
    """
    output = Path(output)
    if output.resolve() == Path(source).resolve():
        raise PredictionError(f"{output} is the input.", remedy="Name another --output.")
    is_json = output.suffix.lower() in JSON_LINES_SUFFIXES
    texts = open_texts(source, *_as_trained(predictor, options or ReadOptions()))
    note = f"; {texts.note}" if texts.note else ""
    on_read(f"Read from {', '.join(texts.columns)}{note}.")
    try:
        with (
            atomic.file(output) as tmp_path,
            tempfile.TemporaryFile("w+", encoding="utf-8") as spool,
        ):
            columns = _spool(spool, _predict_rows(predictor, texts.rows, progress))
            spool.seek(0)
            write = _write_json_lines if is_json else _write_csv
            return write(tmp_path, spool, columns)
    except OSError as error:
        raise PredictionError(
            f"{output} cannot be written: {error.strerror or error}.",
            remedy="Name another --output.",
        ) from None


def _as_trained(predictor: TaskPredictor, options: ReadOptions) -> tuple[ReadOptions, str | None]:
    """Return the options of the model's recipe with ``options`` on top, and its text column."""
    loaded = getattr(predictor, "loaded", None)
    if loaded is None:
        return options, None
    known = loaded.manifest.recipe.read_options.model_dump(exclude_none=True)
    trained_on = known.pop("text_column", None)
    known.pop("label_column", None)
    known["task"] = loaded.manifest.task
    return ReadOptions(**{**known, **options.model_dump(exclude_none=True)}), trained_on


def _predict_rows(
    predictor: TaskPredictor, rows: Iterator[TextRow], progress: Callable[[int], None]
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield the values of each row, and the columns of its prediction."""
    reads_text = get_task(predictor.task).input_fields == ("text",)
    loaded = getattr(predictor, "loaded", None)
    is_multi = loaded is not None and loaded.manifest.labels.problem == "multi"
    done = 0
    while chunk := list(islice(rows, STREAM_CHUNK)):
        predictions = predictor.predict([row.text if reads_text else row.values for row in chunk])
        for row, prediction in zip(chunk, predictions, strict=True):
            yield row.values, _columns(prediction, is_multi)
        done += len(chunk)
        progress(done)


def _columns(prediction: Any, is_multi: bool) -> dict[str, Any]:
    """Return the columns of a prediction; ``labels`` only where there can be several of them."""
    values = prediction.as_dict()
    if isinstance(prediction, TextOutput):
        values = {"output": prediction.text}
    values.pop("scores", None)
    if not is_multi and values.get("labels") == [values.get("label")]:
        values.pop("labels")
    return {str(name): value for name, value in values.items()}


@dataclass(slots=True)
class _OutputColumns:
    """The columns of all rows, and those of all predictions, in the order in which they occur."""

    own: dict[str, None] = field(default_factory=dict)
    added: dict[str, None] = field(default_factory=dict)

    def name(self, column: str) -> str:
        """Return the name of a prediction's column; the file may have one of that name already."""
        return f"predicted_{column}" if column in self.own else column

    def join(self, own: dict[str, Any], added: dict[str, Any]) -> dict[str, Any]:
        """Return the row with its prediction."""
        return {**own, **{self.name(column): value for column, value in added.items()}}


def _spool(spool: IO[str], rows: Iterator[tuple[dict[str, Any], dict[str, Any]]]) -> _OutputColumns:
    """Write rows to a temporary file, because the last may still have a column of its own."""
    columns = _OutputColumns()
    for own, added in rows:
        columns.own.update(dict.fromkeys(own))
        columns.added.update(dict.fromkeys(added))
        spool.write(json.dumps([own, added], ensure_ascii=False, default=str) + "\n")
    return columns


def _write_json_lines(path: Path, spool: IO[str], columns: _OutputColumns) -> int:
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for line in spool:
            row = columns.join(*json.loads(line))
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
            count += 1
    return count


def _write_csv(path: Path, spool: IO[str], columns: _OutputColumns) -> int:
    count = 0
    names = [*columns.own, *map(columns.name, columns.added)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        if names:
            writer.writerow([_cell(name) for name in names])
        for line in spool:
            row = columns.join(*json.loads(line))
            writer.writerow([_cell(row.get(name)) for name in names])
            count += 1
    return count


def _cell(value: Any) -> Any:
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return f"'{value}" if isinstance(value, str) and FORMULA.match(value) else value

"""Write rows in memory to a file that another process can read."""

from __future__ import annotations

import json
import math
import uuid
from pathlib import Path
from typing import Any

from chainzoo import atomic
from chainzoo.data.options import ReadOptions
from chainzoo.data.rows import open_records


def write_rows(data: Any, folder: Path) -> Path:
    """Write ``data`` (rows, a DataFrame, a Dataset) to a new JSON Lines file in ``folder``.

    The rows keep the names of their splits, under ``split``.

    Raises:
        DataError: ``data`` is none of the kinds that can be read.
    """
    path = folder / f"rows-{uuid.uuid4().hex[:8]}.jsonl"
    records = open_records(data, ReadOptions()).rows
    with atomic.file(path) as tmp_path, tmp_path.open("w", encoding="utf-8") as file:
        for record in records:
            values = {name: _json_value(value) for name, value in record.values.items()}
            if record.split is not None:
                values["split"] = record.split
            file.write(json.dumps(values, ensure_ascii=False, default=str) + "\n")
    return path


def _json_value(value: Any) -> Any:
    """Return ``None`` for NaN, by which pandas marks a missing value and which JSON lacks."""
    return None if isinstance(value, float) and math.isnan(value) else value

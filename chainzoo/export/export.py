"""Export a tuned model, and check that the exported model answers as the original does.

The written files are opened again by their own runtime and compared on sample rows before they are
put in place: an export that disagrees leaves nothing.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from chainzoo import atomic
from chainzoo.errors import RegistryError
from chainzoo.export.formats import ExportTarget, get_target
from chainzoo.export.parity import check_parity, predict_exported
from chainzoo.export.sample_rows import sample_rows
from chainzoo.home import Home
from chainzoo.inference.predictor import Predictor
from chainzoo.inference.published import open_predictor
from chainzoo.registry import Registry

METADATA_FILE = "chainzoo-export.json"


@dataclass(frozen=True, slots=True)
class ExportResult:
    """What was written, and how it compares with the original on ``rows`` sample rows.

    ``scores`` has the task's deciding score before and after, where the rows have true answers.
    """

    model: str
    folder: str
    format: str
    open_with: str
    rows: int
    matching_rows: int
    largest_difference: float
    size_mb: float
    scores: dict[str, tuple[float, float]]
    notes: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)

    def summary(self) -> str:
        """One sentence."""
        return (
            f"{self.model} was exported to {self.folder} ({self.format}, {self.size_mb:.1f} MB);"
            f" {self.matching_rows} of {self.rows} sample rows are answered alike,"
            f" scores differ by at most {self.largest_difference:.1e}."
        )


def export_model(
    home: Home,
    ref: str,
    folder: str | Path,
    format: str = "transformers",  # noqa: A002
    data: Any = None,
) -> ExportResult:
    """Export a published model; it is compared on ``data``, or on what it was tuned on.

    Raises:
        UnknownModelError: the registry has no such model.
        RegistryError: the format cannot hold it, or the folder exists and is not empty.
        ParityError: the exported model would answer otherwise.
    """
    record = Registry(home).get(ref)
    predictor = open_predictor(home, record.ref, precision="float32", packed=False)
    examples = sample_rows(home, record, predictor, data)
    return export_predictor(predictor, folder, examples, get_target(format))


def export_predictor(
    predictor: Predictor, folder: str | Path, examples: Sequence[Any], target: ExportTarget
) -> ExportResult:
    """Export the model of a predictor that was opened in float32 and not packed.

    Raises:
        RegistryError: the format cannot hold it, or the folder exists and is not empty.
        ParityError: the exported model would answer otherwise.
    """
    path = Path(folder).expanduser().absolute()
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise RegistryError(f"{path} exists.", remedy="Name a new folder.")
    loaded, name = predictor.loaded, str(predictor.name)
    expected = predictor.predict_examples(examples)
    with atomic.folder(path) as tmp_path:
        files = target.write(loaded, tmp_path)
        actual = predict_exported(loaded, files.run, examples)
        parity = check_parity(name, target, examples, expected, actual, loaded.manifest.labels)
        metadata = {"model": name, "format": target.name, **files.metadata}
        text = json.dumps(metadata, indent=2, ensure_ascii=False)
        (tmp_path / METADATA_FILE).write_text(text, encoding="utf-8")
        size = sum(each.stat().st_size for each in tmp_path.rglob("*") if each.is_file())
    return ExportResult(
        model=name,
        folder=str(path),
        format=target.name,
        open_with=files.open_with,
        rows=len(examples),
        matching_rows=parity.matching_rows,
        largest_difference=parity.largest_difference,
        size_mb=round(size / 1e6, 2),
        scores=_scores(predictor, examples, expected, actual),
        notes=files.notes,
    )


def _scores(
    predictor: Predictor, examples: Sequence[Any], expected: Sequence[Any], actual: Sequence[Any]
) -> dict[str, tuple[float, float]]:
    """The task's deciding score before and after; empty where the rows have no true answers."""
    task, labels = predictor.loaded.task, predictor.loaded.manifest.labels
    try:
        task.validate(examples, labels)
        before, after = (
            task.scores(task.sufficient_statistics(examples, p, labels).sum(0), labels)
            for p in (expected, actual)
        )
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        return {}
    name = next(iter(before))
    return {name: (float(before[name]), float(after[name]))}

"""A tuned model for other programs: a folder for transformers, or ONNX; checked before it is given.

What was written is opened again by its own runtime and must answer sample rows as the registry's
model does, else nothing is left.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np

from chainzoo.errors import ParityError, RegistryError
from chainzoo.export import onnx
from chainzoo.export import transformers as plain
from chainzoo.inference.predictor import Predictor
from chainzoo.modeling.batches import sorted_batches
from chainzoo.tuning.encoding import padding_id
from chainzoo.tuning.forward import BATCH_TOKENS
from chainzoo.tuning.model_folder import LoadedModel

Format = Literal["transformers", "onnx", "onnx-int8"]
FORMATS: tuple[str, ...] = get_args(Format)
CLOSE = 1e-3  # Of a score: two runtimes add the same numbers up in another order.
INT8_AGREES = 0.95  # Share of the rows on which int8 must say the same.
SHOWN = 5
SHORT = 60  # Characters of an answer in an error.


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written, and how it compares with the registry's model on the rows it was asked."""

    model: str
    folder: str
    format: str
    opens_with: str
    rows: int
    same: int
    largest_difference: float
    megabytes: float
    scores: dict[str, tuple[float, float]]
    notes: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain values; ``scores`` are before and after."""
        return asdict(self)

    @property
    def verdict(self) -> str:
        """One sentence."""
        same = f"{self.same} of {self.rows} sample rows are answered alike"
        return (
            f"{self.model} is in {self.folder} ({self.format}, {self.megabytes:.1f} MB); {same},"
            f" scores differ by at most {self.largest_difference:.1e}."
        )


def export(
    predictor: Predictor,
    folder: str | Path,
    examples: Sequence[Any],
    format: Format = "transformers",  # noqa: A002 - it is what people say
    least_alike: float | None = None,
) -> Exported:
    """Write the model of ``predictor`` (opened in float32) for another program, and check it.

    Raises:
        RegistryError: the format cannot hold this model, or the folder is there already.
        ParityError: it would not answer as the model does; the rows are told. Nothing is left.
    """
    target = Path(folder).expanduser().absolute()
    if format not in FORMATS:
        raise RegistryError(
            f"There is no format {format!r}.", remedy=f"Choose of {', '.join(FORMATS)}."
        )
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise RegistryError(f"{target} is there already.", remedy="Name a new folder.")
    beside = target.with_name(f".{target.name}.part")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    loaded = predictor.loaded
    wanted = predictor.predict_examples(examples)
    try:
        if format == "transformers":
            made = plain.write(loaded, beside)
        else:
            made = onnx.write(loaded, beside, int8=format == "onnx-int8")
        found = _answers(loaded, made.logits, examples)
        least = INT8_AGREES if format == "onnx-int8" else 1.0
        result = _compared(
            predictor,
            examples,
            wanted,
            found,
            format,
            least if least_alike is None else least_alike,
        )
        size = sum(path.stat().st_size for path in beside.rglob("*") if path.is_file()) / 1e6
        (beside / "chainzoo-export.json").write_text(
            json.dumps({"model": predictor.name, "format": format, **made.told}, indent=2,
                       ensure_ascii=False), encoding="utf-8",
        )  # fmt: skip
        if target.exists():
            target.rmdir()
        os.replace(beside, target)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return Exported(
        str(predictor.name), str(target), format, made.opens_with, len(examples), result.same,
        result.most, round(size, 2), result.scores, tuple(made.notes),
    )  # fmt: skip


def _answers(
    loaded: LoadedModel, logits: Callable[[dict[str, Any]], np.ndarray], examples: Sequence[Any]
) -> list[Any]:
    """The typed predictions by the exported network, read and decoded as the task does."""
    task, manifest = loaded.task, loaded.manifest
    features = task.encode(
        examples, loaded.tokenizer, manifest.labels, manifest.max_length, manifest.recipe.stride
    )
    pad_id = padding_id(loaded.tokenizer)
    rows: list[np.ndarray] = [np.zeros(0)] * len(features)
    for batch in sorted_batches([len(f.input_ids) for f in features], BATCH_TOKENS, 16):
        inputs = task.collate([features[at] for at in batch], pad_id, manifest.labels)
        inputs.pop("labels", None)
        for at, value in zip(batch, logits(inputs), strict=True):
            rows[at] = value[: len(features[at].input_ids)] if value.ndim > 1 else value
    return task.decode(rows, features, examples, manifest.labels)


@dataclass(frozen=True, slots=True)
class _Result:
    same: int
    most: float
    scores: dict[str, tuple[float, float]]


def _compared(
    predictor: Predictor,
    examples: Sequence[Any],
    wanted: Sequence[Any],
    found: Sequence[Any],
    format: str,  # noqa: A002
    least: float,
) -> _Result:
    """How alike they are.

    Raises:
        ParityError: fewer rows than ``least`` are answered alike.
    """
    inexact = format == "onnx-int8"
    most, wrong = 0.0, []
    for at, (a, b) in enumerate(zip(wanted, found, strict=True)):
        gap = _gap(a, b)
        score = predictor.loaded.manifest.labels.problem == "score"  # A number has no words.
        alike = (gap <= 0.05 if score else a.summary() == b.summary()) if inexact else gap <= CLOSE
        if not alike:
            wrong.append(at)
        if np.isfinite(gap):
            most = max(most, gap)
    same = len(examples) - len(wrong)
    if same < least * len(examples):
        lines = [
            f"line {getattr(examples[at], 'line', None) or at + 1}:"
            f" {_short(wanted[at].summary())} became {_short(found[at].summary())}"
            for at in wrong[:SHOWN]
        ]
        raise ParityError(
            f"Exported as {format}, {predictor.name} answers {len(wrong)} of {len(examples)} rows"
            f" differently ({'; '.join(lines)}{'; …' if len(wrong) > SHOWN else ''})."
            " The export is refused.",
            remedy="Export it as onnx, which keeps float32."
            if inexact
            else "Choose another format.",
        )
    return _Result(same, most, _scores(predictor, examples, wanted, found))


def _short(text: str) -> str:
    return text if len(text) <= SHORT else text[: SHORT - 1] + "…"


def _scores(
    predictor: Predictor, examples: Sequence[Any], wanted: Sequence[Any], found: Sequence[Any]
) -> dict[str, tuple[float, float]]:
    """The task's scores before and after, where the rows have true answers."""
    task, labels = predictor.loaded.task, predictor.loaded.manifest.labels
    try:
        task.validate(examples, labels)
        both = [
            task.scores(task.sufficient_statistics(examples, p, labels).sum(0), labels)
            for p in (wanted, found)
        ]
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        return {}
    first = next(iter(both[0]))
    return {first: (float(both[0][first]), float(both[1][first]))}


def _gap(a: Any, b: Any) -> float:
    """The largest difference of two predictions' numbers; infinite where something else differs."""
    if hasattr(a, "as_dict"):
        return _gap(a.as_dict(), b.as_dict())
    if isinstance(a, dict):
        if a.keys() != b.keys():
            return float("inf")
        return max((_gap(a[key], b[key]) for key in a), default=0.0)
    if isinstance(a, list | tuple):
        if len(a) != len(b):
            return float("inf")
        return max(map(_gap, a, b), default=0.0)
    if isinstance(a, float) and isinstance(b, float):
        return abs(a - b)
    return 0.0 if a == b else float("inf")

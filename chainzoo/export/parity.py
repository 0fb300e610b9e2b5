"""Compare an exported model with the original, on the same rows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chainzoo.errors import ParityError
from chainzoo.export.formats import ExportTarget
from chainzoo.export.formats.exported_files import RunModel
from chainzoo.tasks import LabelSpace
from chainzoo.tuning.encoding import padding_id
from chainzoo.tuning.forward import batched_logits
from chainzoo.tuning.model_folder import LoadedModel

TOLERANCE = 1e-3
"""Of a score: two runtimes add the same numbers up in another order."""
LOSSY_TOLERANCE = 0.05
"""Of numbers that are the whole answer, where a format is not lossless."""
NUMERIC_PROBLEMS = ("score", "pairs", "similarity")
"""Label spaces whose predictions are numbers, without a name that could agree."""
MAX_SHOWN_ROWS = 5
MAX_SHOWN_CHARACTERS = 60


@dataclass(frozen=True, slots=True)
class ParityResult:
    """How many rows agree, and the largest difference of a number among all of them."""

    matching_rows: int
    largest_difference: float


def predict_exported(loaded: LoadedModel, run: RunModel, examples: Sequence[Any]) -> list[Any]:
    """The typed predictions of an exported network, encoded and decoded as the task does."""
    task, manifest = loaded.task, loaded.manifest
    features = task.encode(
        examples, loaded.tokenizer, manifest.labels, manifest.max_length, manifest.recipe.stride
    )
    rows = batched_logits(run, task, features, manifest.labels, padding_id(loaded.tokenizer))
    return task.decode(rows, features, examples, manifest.labels)


def check_parity(
    model_name: str,
    target: ExportTarget,
    examples: Sequence[Any],
    expected: Sequence[Any],
    actual: Sequence[Any],
    labels: LabelSpace,
) -> ParityResult:
    """Compare the predictions before (``expected``) and after an export.

    Raises:
        ParityError: more rows differ than the format allows; the first are shown.
    """
    differences = [difference(a, b) for a, b in zip(expected, actual, strict=True)]
    mismatches = [
        at
        for at, gap in enumerate(differences)
        if not _agrees(target, expected[at], actual[at], gap, labels)
    ]
    matching = len(examples) - len(mismatches)
    if matching < target.min_agreement * len(examples):
        rows = "; ".join(_row(examples, expected, actual, at) for at in mismatches[:MAX_SHOWN_ROWS])
        more = "; …" if len(mismatches) > MAX_SHOWN_ROWS else ""
        raise ParityError(
            f"Exported as {target.name}, {model_name} answers {len(mismatches)} of {len(examples)}"
            f" rows differently ({rows}{more}). The export is refused.",
            remedy=f"Export it as {target.fallback}, which keeps float32."
            if target.fallback
            else "Choose another format.",
        )
    return ParityResult(matching, max(filter(math.isfinite, differences), default=0.0))


def difference(a: Any, b: Any) -> float:
    """The largest difference of two predictions' numbers; infinite where anything else differs."""
    if hasattr(a, "as_dict"):
        return difference(a.as_dict(), b.as_dict())
    if isinstance(a, dict):
        if a.keys() != b.keys():
            return math.inf
        return max((difference(a[key], b[key]) for key in a), default=0.0)
    if isinstance(a, list | tuple):
        return max(map(difference, a, b), default=0.0) if len(a) == len(b) else math.inf
    if isinstance(a, float) and isinstance(b, float):
        return abs(a - b)
    return 0.0 if a == b else math.inf


def _agrees(target: ExportTarget, a: Any, b: Any, gap: float, labels: LabelSpace) -> bool:
    if target.lossless:
        return gap <= TOLERANCE
    if labels.problem in NUMERIC_PROBLEMS:
        return gap <= LOSSY_TOLERANCE
    return bool(a.summary() == b.summary())


def _row(
    examples: Sequence[Any], expected: Sequence[Any], actual: Sequence[Any], position: int
) -> str:
    line = getattr(examples[position], "line", None) or position + 1
    before, after = (_shorten(each[position].summary()) for each in (expected, actual))
    return f"line {line}: {before} became {after}"


def _shorten(text: str) -> str:
    return text if len(text) <= MAX_SHOWN_CHARACTERS else text[: MAX_SHOWN_CHARACTERS - 1] + "…"

"""The formats that a tuned model can be exported to. A new one is a new file here and an entry below."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from chainzoo.errors import RegistryError
from chainzoo.export.formats.exported_files import ExportedFiles
from chainzoo.export.formats.onnx_format import write_int8_onnx, write_onnx
from chainzoo.export.formats.transformers_format import write_transformers
from chainzoo.tuning.model_folder import LoadedModel


@dataclass(frozen=True, slots=True)
class ExportTarget:
    """A format: its name, its writer, and how closely its model must agree with the original.

    A lossless format must reproduce the numbers of every row. Any other must reproduce the answer
    (the label, the entities) of the share ``min_agreement`` of the rows; ``fallback`` is a format
    that keeps the numbers.
    """

    name: str
    write: Callable[[LoadedModel, Path], ExportedFiles]
    lossless: bool = True
    min_agreement: float = 1.0
    fallback: str | None = None


TARGETS = (
    ExportTarget("transformers", write_transformers),
    ExportTarget("onnx", write_onnx),
    ExportTarget("onnx-int8", write_int8_onnx, lossless=False, min_agreement=0.95, fallback="onnx"),
)


def get_target(name: str) -> ExportTarget:
    """The format of that name.

    Raises:
        RegistryError: there is none.
    """
    target = next((target for target in TARGETS if target.name == name), None)
    if target is None:
        names = ", ".join(target.name for target in TARGETS)
        raise RegistryError(f"There is no format {name!r}.", remedy=f"Choose one of {names}.")
    return target


__all__ = ["TARGETS", "ExportTarget", "ExportedFiles", "get_target"]

"""ONNX: the whole network with its head in one file, in float32 or with its weights in int8."""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from chainzoo.errors import MissingExtraError, RegistryError
from chainzoo.export.formats.exported_files import ExportedFiles, RunModel, model_metadata
from chainzoo.tuning.encoding import padding_id
from chainzoo.tuning.model_folder import LoadedModel

OPSET = 17
MODEL_FILE = "model.onnx"


def write_onnx(loaded: LoadedModel, folder: Path) -> ExportedFiles:
    """Write ``model.onnx`` in float32, and the tokenizer.

    Raises:
        RegistryError: the task has no encoder of texts. MissingExtraError: onnx is not installed.
    """
    _require_onnx()
    names = _convert(loaded, folder / MODEL_FILE)
    return _exported_files(loaded, folder, names)


def write_int8_onnx(loaded: LoadedModel, folder: Path) -> ExportedFiles:
    """Write ``model.onnx`` with weights in int8 (dynamic quantization), and the tokenizer.

    Raises:
        RegistryError: the task has no encoder of texts. MissingExtraError: onnx is not installed.
    """
    _require_onnx()
    from onnxruntime.quantization import (  # type: ignore[import-untyped]
        QuantType,
        quantize_dynamic,
    )

    float32_file = folder / "float32.onnx"
    names = _convert(loaded, float32_file)
    options = {"weight_type": QuantType.QInt8, "per_channel": True}
    with _silent_root_logger():
        quantize_dynamic(float32_file, folder / MODEL_FILE, **options)
    float32_file.unlink()
    return _exported_files(loaded, folder, names)


def _require_onnx() -> None:
    try:
        import onnx  # noqa: F401
        import onnxruntime  # type: ignore[import-untyped]  # noqa: F401
    except ImportError:
        raise MissingExtraError(
            "Exporting to ONNX needs onnx and onnxruntime.",
            remedy="Run `pip install onnx onnxruntime`.",
        ) from None


@contextlib.contextmanager
def _silent_root_logger() -> Iterator[None]:
    """Nothing is logged on the root logger, where the quantizer gives advice."""
    root = logging.getLogger()
    disabled, root.disabled = root.disabled, True
    try:
        yield
    finally:
        root.disabled = disabled


def _exported_files(loaded: LoadedModel, folder: Path, input_names: list[str]) -> ExportedFiles:
    loaded.task.save_processor(loaded.tokenizer, folder / "tokenizer")
    metadata = {**model_metadata(loaded), "inputs": input_names, "opset": OPSET}
    open_with = f"onnxruntime.InferenceSession(folder + '/{MODEL_FILE}')"
    return ExportedFiles(_open(folder / MODEL_FILE, input_names), open_with, metadata)


def _open(path: Path, input_names: list[str]) -> RunModel:
    import onnxruntime

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])

    def run(inputs: dict[str, Any]) -> np.ndarray:
        arrays = {name: inputs[name].cpu().numpy() for name in input_names}
        logits: np.ndarray = session.run(["logits"], arrays)[0]
        return logits

    return run


def _convert(loaded: LoadedModel, path: Path) -> list[str]:
    """Write the network as a graph; returns the names of its inputs.

    Raises:
        RegistryError: the task has no encoder of texts.
    """
    import torch

    task, manifest = loaded.task, loaded.manifest
    if not task.shares_encoder:
        raise RegistryError(
            f"A model of {task.name} cannot be exported to ONNX.",
            remedy="Export it as transformers.",
        )
    inputs = _example_inputs(loaded)
    names = list(inputs)
    axes = {name: {0: "rows", 1: "tokens"} for name in names}
    by_token = manifest.labels.problem in ("tokens", "span")
    axes["logits"] = {0: "rows", 1: "tokens"} if by_token else {0: "rows"}
    model = loaded.model.cpu().float().eval()
    if hasattr(model.encoder, "set_attn_implementation"):
        model.encoder.set_attn_implementation("eager")
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        torch.onnx.export(
            _positional(model, names),
            tuple(inputs.values()),
            str(path),
            input_names=names,
            output_names=["logits"],
            dynamic_axes=axes,
            opset_version=OPSET,
            dynamo=False,
        )
    return names


def _example_inputs(loaded: LoadedModel) -> dict[str, Any]:
    """Two rows of the task's own sample, to trace the network with."""
    task, manifest = loaded.task, loaded.manifest
    example = task.parse_input(task.sample_inputs[0])
    features = task.encode([example] * 2, loaded.tokenizer, manifest.labels, manifest.max_length, 0)
    inputs = task.collate(features, padding_id(loaded.tokenizer), manifest.labels)
    inputs.pop("labels", None)
    return inputs


def _positional(model: Any, names: list[str]) -> Any:
    """The network with its inputs by position, as the converter passes them."""
    import torch

    class PositionalInputs(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, *values: Any) -> Any:
            return self.model(**dict(zip(names, values, strict=True)))["logits"]

    return PositionalInputs()

"""ONNX: the whole network with its head in one file, in float32 or with weights in int8."""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from chainzoo.errors import MissingExtraError, RegistryError
from chainzoo.export.written import ExportedFiles
from chainzoo.tuning.model_folder import LoadedModel

OPSET = 17


def write(loaded: LoadedModel, folder: Path, *, int8: bool) -> ExportedFiles:
    """``model.onnx`` and the tokenizer.

    Raises:
        RegistryError: the task has no encoder of text with a head. MissingExtraError: no onnx.
    """
    try:
        import onnxruntime  # type: ignore[import-untyped]
        from onnxruntime.quantization import (  # type: ignore[import-untyped]
            QuantType,
            quantize_dynamic,
        )
    except ImportError:
        raise MissingExtraError(
            "Exporting to ONNX needs onnx and onnxruntime.",
            remedy="Run `pip install onnx onnxruntime`.",
        ) from None
    if not loaded.task.shares_encoder:
        raise RegistryError(
            f"A model of {loaded.task.name} cannot be exported to ONNX.",
            remedy="Export it as transformers.",
        )
    names = _convert(loaded, folder / "model.onnx")
    if int8:
        (folder / "model.onnx").rename(folder / "float32.onnx")
        logging.getLogger().disabled = True  # The quantizer gives advice on the root logger.
        try:
            quantize_dynamic(
                folder / "float32.onnx",
                folder / "model.onnx",
                weight_type=QuantType.QInt8,
                per_channel=True,
            )
        finally:
            logging.getLogger().disabled = False
        (folder / "float32.onnx").unlink()
    loaded.task.save_processor(loaded.tokenizer, folder / "tokenizer")
    session = onnxruntime.InferenceSession(
        str(folder / "model.onnx"), providers=["CPUExecutionProvider"]
    )

    def logits(inputs: dict[str, Any]) -> np.ndarray:
        given = {name: inputs[name].cpu().numpy() for name in names}
        found: np.ndarray = session.run(["logits"], given)[0]
        return found

    told = {
        "task": loaded.task.name,
        "labels": list(loaded.manifest.labels.names),
        "problem": loaded.manifest.labels.problem,
        "max_length": loaded.manifest.max_length,
        "inputs": names,
        "opset": OPSET,
    }
    return ExportedFiles(logits, "onnxruntime.InferenceSession(folder + '/model.onnx')", told)


def _convert(loaded: LoadedModel, path: Path) -> list[str]:
    """The network as a graph; gives its inputs' names."""
    import torch

    task, manifest = loaded.task, loaded.manifest
    example = task.parse_input(task.sample_inputs[0])
    features = task.encode([example] * 2, loaded.tokenizer, manifest.labels, manifest.max_length, 0)
    inputs = task.collate(features, 0, manifest.labels)
    inputs.pop("labels", None)
    names = list(inputs)

    class Named(torch.nn.Module):
        def __init__(self, model: Any) -> None:
            super().__init__()
            self.model = model

        def forward(self, *values: Any) -> Any:
            return self.model(**dict(zip(names, values, strict=True)))["logits"]

    model = loaded.model.cpu().float().eval()
    if hasattr(model.encoder, "set_attn_implementation"):
        model.encoder.set_attn_implementation("eager")
    axes = {name: {0: "rows", 1: "tokens"} for name in names}
    by_token = manifest.labels.problem in ("tokens", "span")
    axes["logits"] = {0: "rows", 1: "tokens"} if by_token else {0: "rows"}
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Named(model),
            tuple(inputs.values()),
            str(path),
            input_names=names,
            output_names=["logits"],
            dynamic_axes=axes,
            opset_version=OPSET,
            dynamo=False,
        )
    return names

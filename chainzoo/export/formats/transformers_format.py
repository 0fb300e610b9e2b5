"""A folder that opens without ChainZoo: by transformers, or by sentence-transformers.

Taggers and readers have a class in transformers that computes what ours do. Its class for whole
texts does not (it pools the first token through a layer of its own), so those are written as a
``SentenceTransformer`` of encoder, pooling and linear layer, whose output is the logits.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np

from chainzoo.errors import RegistryError, first_line
from chainzoo.export.formats.exported_files import ExportedFiles, RunModel, model_metadata
from chainzoo.modeling.loading import (
    LOADING_LOCK,
    build_auto_model,
    load_auto_model,
    load_sentence_transformer,
)
from chainzoo.tasks.traits import AutoModelExport, SentenceTransformerExport
from chainzoo.tuning.model_folder import LoadedModel

MODEL_INPUTS = ("input_ids", "attention_mask", "token_type_ids")


def write_transformers(loaded: LoadedModel, folder: Path) -> ExportedFiles:
    """Write the merged model, its tokenizer, and its labels in the config.

    Raises:
        RegistryError: no class of transformers computes what this model computes.
    """
    export = loaded.task.export_format
    if isinstance(export, AutoModelExport):
        return _write_auto_model(loaded, folder, export)
    if isinstance(export, SentenceTransformerExport):
        return _write_sentence_transformer(loaded, folder, export)
    raise RegistryError(
        f"No class of transformers computes what a model of {loaded.task.name} computes.",
        remedy="Export it as onnx."
        if loaded.task.shares_encoder
        else "Call it through ChainZoo: zoo.predictor, or `chainzoo serve`.",
    )


def _write_auto_model(loaded: LoadedModel, folder: Path, export: AutoModelExport) -> ExportedFiles:
    ours, class_name = loaded.model, export.auto_class
    config = type(ours.encoder.config).from_dict(ours.encoder.config.to_dict())
    _set_label_names(config, export.label_names or loaded.manifest.labels.names)
    try:
        theirs = build_auto_model(class_name, config)
        body = getattr(theirs, theirs.base_model_prefix)
        body.load_state_dict(ours.encoder.state_dict())
        getattr(theirs, export.head).load_state_dict(ours.head.state_dict())
    except (ValueError, AttributeError, RuntimeError) as error:
        raise RegistryError(
            f"{class_name} cannot hold a model on {loaded.manifest.base}: {first_line(error)}",
            remedy="Export it as onnx.",
        ) from None
    theirs.save_pretrained(folder)
    loaded.task.save_processor(loaded.tokenizer, folder)
    open_with = f"transformers.{class_name}.from_pretrained(folder)"
    return ExportedFiles(_open_auto_model(folder, export), open_with, model_metadata(loaded))


def _open_auto_model(folder: Path, export: AutoModelExport) -> RunModel:
    import torch

    model = load_auto_model(export.auto_class, folder).eval()

    def run(inputs: dict[str, Any]) -> np.ndarray:
        with torch.inference_mode():
            output = model(**{name: inputs[name] for name in MODEL_INPUTS if name in inputs})
        parts = [output[field].numpy() for field in export.outputs]
        logits: np.ndarray = parts[0] if len(parts) == 1 else np.stack(parts, axis=-1)
        return logits

    return run


def _write_sentence_transformer(
    loaded: LoadedModel, folder: Path, export: SentenceTransformerExport
) -> ExportedFiles:
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer import modules

    model, manifest = loaded.model, loaded.manifest
    encoder_folder = folder / ".encoder"
    config = model.encoder.config
    if manifest.labels.names:
        _set_label_names(config, manifest.labels.names)
    model.encoder.save_pretrained(encoder_folder)
    loaded.task.save_processor(loaded.tokenizer, encoder_folder)
    with LOADING_LOCK:
        encoder = modules.Transformer(str(encoder_folder), max_seq_length=manifest.max_length)
    parts: list[torch.nn.Module] = [
        encoder,
        modules.Pooling(config.hidden_size, pooling_mode=model.settings.pooling),
    ]
    head = model.head.state_dict()
    if head:
        identity = torch.nn.Identity()
        dense = modules.Dense(config.hidden_size, len(head["bias"]), activation_function=identity)
        dense.linear.load_state_dict(head)
        parts.append(dense)
    if export.normalize:
        parts.append(modules.Normalize())
    SentenceTransformer(modules=parts, device="cpu").save(str(folder), create_model_card=False)
    shutil.rmtree(encoder_folder)
    notes = tuple(note.format(max_length=manifest.max_length) for note in export.notes)
    open_with = "sentence_transformers.SentenceTransformer(folder).encode(texts)"
    run = _open_sentence_transformer(folder)
    return ExportedFiles(run, open_with, model_metadata(loaded), notes)


def _open_sentence_transformer(folder: Path) -> RunModel:
    import torch

    model = load_sentence_transformer(folder)

    def run(inputs: dict[str, Any]) -> np.ndarray:
        with torch.inference_mode():
            output: np.ndarray = model(dict(inputs))["sentence_embedding"].float().numpy()
        return output

    return run


def _set_label_names(config: Any, names: tuple[str, ...]) -> None:
    config.id2label = dict(enumerate(names))
    config.label2id = {label: index for index, label in enumerate(names)}

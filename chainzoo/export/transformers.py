"""A folder that opens without ChainZoo: by transformers, or by sentence-transformers.

Tags and answers have a class in transformers that computes just what ours does. Its class for
whole texts does not (it pools the first token through a layer of its own), so those are written as
a ``SentenceTransformer`` of encoder, pooling and linear layer, whose vector is the logits.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from chainzoo.errors import RegistryError
from chainzoo.export.written import ExportedFiles
from chainzoo.modeling.loading import (
    LOADING_LOCK,
    build_auto_model,
    load_auto_model,
    load_sentence_transformer,
)
from chainzoo.tasks.traits import AutoModelExport, SentenceTransformerExport
from chainzoo.tuning.model_folder import LoadedModel


def write(loaded: LoadedModel, folder: Path) -> ExportedFiles:
    """The merged model, its tokenizer, and its labels in the config.

    Raises:
        RegistryError: no class of transformers computes what this model does.
    """
    export = loaded.task.export_format
    if isinstance(export, AutoModelExport):
        return _auto_model(loaded, folder, export)
    if isinstance(export, SentenceTransformerExport):
        return _sentence_transformer(loaded, folder, export)
    raise RegistryError(
        f"No class of transformers computes what a model of {loaded.task.name} does here.",
        remedy="Export it as onnx."
        if loaded.task.shares_encoder
        else "Call it through ChainZoo: zoo.predictor, or `chainzoo serve`.",
    )


def _auto_model(loaded: LoadedModel, folder: Path, export: AutoModelExport) -> ExportedFiles:
    import torch

    kind = export.auto_class

    model, labels = loaded.model, loaded.manifest.labels
    config = type(model.encoder.config).from_dict(model.encoder.config.to_dict())
    names = export.label_names or labels.names
    config.id2label = dict(enumerate(names))
    config.label2id = {label: at for at, label in enumerate(names)}
    try:
        made = build_auto_model(kind, config)
        body = getattr(made, made.base_model_prefix)
        body.load_state_dict(model.encoder.state_dict())
        getattr(made, export.head).load_state_dict(model.head.state_dict())
    except (ValueError, AttributeError, RuntimeError) as error:
        raise RegistryError(
            f"{kind} cannot hold a model on {loaded.manifest.base}: {str(error).splitlines()[0]}",
            remedy="Export it as onnx.",
        ) from None
    made.save_pretrained(folder)
    loaded.task.save_processor(loaded.tokenizer, folder)
    again = load_auto_model(kind, folder).eval()

    def logits(inputs: dict[str, Any]) -> np.ndarray:
        asked = ("input_ids", "attention_mask", "token_type_ids")
        with torch.inference_mode():
            out = again(**{name: inputs[name] for name in asked if name in inputs})
        parts = [out[field].numpy() for field in export.outputs]
        stacked: np.ndarray = parts[0] if len(parts) == 1 else np.stack(parts, axis=-1)
        return stacked

    return ExportedFiles(logits, f"transformers.{kind}.from_pretrained(folder)", _told(loaded))


def _sentence_transformer(
    loaded: LoadedModel, folder: Path, export: SentenceTransformerExport
) -> ExportedFiles:
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Dense, Pooling, Transformer

    model, manifest = loaded.model, loaded.manifest
    encoder_folder = folder / ".encoder"
    config = model.encoder.config
    config.id2label = dict(enumerate(manifest.labels.names))
    config.label2id = {label: at for at, label in enumerate(manifest.labels.names)}
    model.encoder.save_pretrained(encoder_folder)
    loaded.task.save_processor(loaded.tokenizer, encoder_folder)
    with LOADING_LOCK:
        words = Transformer(str(encoder_folder), max_seq_length=manifest.max_length)
    pooling = Pooling(words.get_embedding_dimension(), pooling_mode=model.settings.pooling)
    size = len(manifest.labels.names)
    dense = Dense(config.hidden_size, size, activation_function=torch.nn.Identity())
    dense.linear.load_state_dict(model.head.state_dict())
    whole = SentenceTransformer(modules=[words, pooling, dense], device="cpu")
    whole.save(str(folder), create_model_card=False)
    for path in encoder_folder.iterdir():
        path.unlink()
    encoder_folder.rmdir()
    again = load_sentence_transformer(folder)

    def logits(inputs: dict[str, Any]) -> np.ndarray:
        with torch.inference_mode():
            found: np.ndarray = again(dict(inputs))["sentence_embedding"].float().numpy()
        return found

    notes = tuple(note.format(max_length=manifest.max_length) for note in export.notes)
    opens = "sentence_transformers.SentenceTransformer(folder).encode(texts)"
    return ExportedFiles(logits, opens, _told(loaded), notes)


def _told(loaded: LoadedModel) -> dict[str, Any]:
    manifest = loaded.manifest
    return {
        "task": loaded.task.name,
        "labels": list(manifest.labels.names),
        "problem": manifest.labels.problem,
        "max_length": manifest.max_length,
        "base": manifest.base,
    }

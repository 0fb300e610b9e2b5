"""Save and load tuned models.

A model is a folder of these files:

chainzoo.json      the manifest: task, labels, base card and its hash
recipe.toml        the resolved recipe
head.safetensors   the head
tokenizer/         the tokenizer
adapter/           with LoRA: the adapter for the base
encoder/           with full tuning: the whole encoder; the base is not needed
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

from chainzoo.errors import RegistryError, first_line
from chainzoo.modeling.loading import LOADING_LOCK, load_adapter
from chainzoo.modeling.precision import device, resolve_precision
from chainzoo.tasks import LabelSpace, ModelSettings, Task, get_task
from chainzoo.tuning.base_checkpoint import BaseCheckpoint
from chainzoo.tuning.manifest import Manifest
from chainzoo.tuning.recipe import Recipe

HEAD_FILE = "head.safetensors"
TOKENIZER_FOLDER, ADAPTER_FOLDER, ENCODER_FOLDER = "tokenizer", "adapter", "encoder"


@dataclass(frozen=True, slots=True)
class TunedModel:
    """A tuned model on disk, with the losses and scores of its training in order."""

    folder: Path
    manifest: Manifest
    history: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A tuned model in memory, ready to predict."""

    model: Any
    tokenizer: Any
    task: Task
    manifest: Manifest


def save_model(model: Any, tokenizer: Any, manifest: Manifest, folder: Path) -> None:
    """Write the tuned weights of ``model`` into ``folder``, as safetensors only."""
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    head = {name: value.detach().contiguous() for name, value in model.head.state_dict().items()}
    save_file(head, folder / HEAD_FILE)
    get_task(manifest.task).save_processor(tokenizer, folder / TOKENIZER_FOLDER)
    if manifest.method in ("lora", "qlora"):
        model.encoder.save_pretrained(folder / ADAPTER_FOLDER, safe_serialization=True)
    elif manifest.method == "full":
        model.encoder.save_pretrained(folder / ENCODER_FOLDER)
    manifest.write(folder)


def load_model(
    folder: Path,
    base: Path | None = None,
    precision: Literal["auto", "float32", "bfloat16"] = "auto",
) -> LoadedModel:
    """Load a tuned model for inference, on the GPU when there is one.

    ``base`` is the folder of the base model; a fully tuned model needs none. LoRA's weights are
    merged into the base's.

    Raises:
        RegistryError: the folder is damaged, or the base is needed and not given.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    manifest = Manifest.read(folder)
    if manifest.needs_base and base is None:
        raise RegistryError(
            f"{folder.name} needs its base model {manifest.base!r}.",
            remedy=f"Run `chainzoo fetch {manifest.base}`.",
        )
    task, recipe = get_task(manifest.task), manifest.recipe
    settings = ModelSettings(
        manifest.labels, pooling=recipe.pooling or "mean", dropout=0.0, method=manifest.method
    )
    source = cast(Path, base) if manifest.needs_base else folder / ENCODER_FOLDER
    try:
        with LOADING_LOCK:
            model = task.build_model(source, settings)
        if manifest.method in ("lora", "qlora"):
            model.encoder = load_adapter(model.encoder, folder / ADAPTER_FOLDER)
        model.head.load_state_dict(load_file(folder / HEAD_FILE))
        tokenizer = task.load_processor(folder / TOKENIZER_FOLDER)
    except (OSError, SafetensorError, RuntimeError, ValueError) as error:
        raise RegistryError(
            f"{folder} cannot be loaded: {first_line(error)}", remedy="Tune it again."
        ) from None
    return LoadedModel(_for_inference(model, precision), tokenizer, task, manifest)


def load_untuned(
    task: Task, base: BaseCheckpoint, labels: LabelSpace, recipe: Recipe
) -> LoadedModel:
    """Load a base model as if it were tuned, for tasks that it can do untuned."""
    settings = ModelSettings(labels, pooling=recipe.pooling or "mean", dropout=0.0)
    with LOADING_LOCK:
        model = task.build_model(base.folder, settings)
    manifest = Manifest(task.name, labels, base.card, base.sha256, recipe)
    tokenizer = task.load_processor(base.folder)
    return LoadedModel(_for_inference(model, recipe.precision), tokenizer, task, manifest)


def _for_inference(model: Any, precision: Literal["auto", "float32", "bfloat16"]) -> Any:
    import torch

    dtype = getattr(torch, resolve_precision(precision))
    return model.to(device(), dtype).eval()

"""What a run leaves: a folder with a manifest, a head, a tokenizer, and an adapter or an encoder.

chainzoo.json      the manifest: task, labels, base card and its hash, lengths
recipe.toml        the recipe, resolved
head.safetensors   the head
tokenizer/         the tokenizer
adapter/           LoRA: what is added to the base
encoder/           full: the whole encoder; the base is then not needed
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, cast

from chainzoo.errors import RegistryError
from chainzoo.modeling.loading import LOADING_LOCK, load_adapter
from chainzoo.modeling.precision import device, resolve_precision
from chainzoo.tasks import LabelSpace, ModelSettings, Task, get_task
from chainzoo.tuning.base_checkpoint import BaseCheckpoint
from chainzoo.tuning.recipe import Recipe

FORMAT = 1
MANIFEST = "chainzoo.json"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What must be known to call a tuned model."""

    task: str
    labels: LabelSpace
    base: str
    base_sha256: str
    recipe: Recipe

    @property
    def method(self) -> str:
        """How it was tuned."""
        return self.recipe.method

    @property
    def needs_base(self) -> bool:
        """Whether the base model's weights are needed beside the folder."""
        return self.method != "full"

    @property
    def max_length(self) -> int:
        """Token ids a window at most, special ones included."""
        return self.recipe.max_length or 512

    def write(self, folder: Path) -> None:
        """Write the manifest and the recipe into ``folder``."""
        values = {
            "format": FORMAT,
            "task": self.task,
            "labels": asdict(self.labels),
            "base": self.base,
            "base_sha256": self.base_sha256,
            "method": self.method,
        }
        (folder / "recipe.toml").write_text(self.recipe.to_toml(), encoding="utf-8")
        text = json.dumps(values, indent=2, ensure_ascii=False)
        (folder / MANIFEST).write_text(text, encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """The manifest in ``folder``.

        Raises:
            RegistryError: there is none, or it is damaged or newer than this program.
        """
        try:
            values = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
            if values["format"] > FORMAT:
                raise RegistryError(
                    f"{folder}: made by a newer ChainZoo (format {values['format']}).",
                    remedy="Upgrade ChainZoo.",
                )
            names, problem = tuple(values["labels"]["names"]), values["labels"]["problem"]
            labels = LabelSpace(names, problem)
            recipe = Recipe.from_toml(folder / "recipe.toml")
            return cls(values["task"], labels, values["base"], values["base_sha256"], recipe)
        except (OSError, KeyError, TypeError, json.JSONDecodeError) as error:
            raise RegistryError(
                f"{folder} is not a tuned model: {error}.", remedy="Tune it again."
            ) from None


@dataclass(frozen=True, slots=True)
class TunedModel:
    """A tuned model on disk, and the course of its metrics."""

    folder: Path
    manifest: Manifest
    history: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A tuned model in memory, ready to be called."""

    model: Any
    tokenizer: Any
    task: Task
    manifest: Manifest


def save(model: Any, tokenizer: Any, manifest: Manifest, folder: Path) -> None:
    """Write what was tuned of ``model`` into ``folder``, as safetensors only."""
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    head = {name: value.detach().contiguous() for name, value in model.head.state_dict().items()}
    save_file(head, folder / "head.safetensors")
    get_task(manifest.task).save_processor(tokenizer, folder / "tokenizer")
    if manifest.method in ("lora", "qlora"):
        model.encoder.save_pretrained(folder / "adapter", safe_serialization=True)
    elif manifest.method == "full":
        model.encoder.save_pretrained(folder / "encoder")
    manifest.write(folder)


def load(
    folder: Path,
    base: Path | None = None,
    precision: Literal["auto", "float32", "bfloat16"] = "auto",
) -> LoadedModel:
    """The tuned model in ``folder``, for inference, on the fastest device that is there.

    ``base`` is the folder of the base model; a fully tuned model does without.

    Raises:
        RegistryError: the folder is damaged, or the base is needed and not given.
    """
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    manifest = Manifest.read(folder)
    if manifest.needs_base and base is None:
        raise RegistryError(
            f"{folder.name} needs its base model {manifest.base!r}.",
            remedy=f"Run `chainzoo fetch {manifest.base}`.",
        )
    task = get_task(manifest.task)
    recipe = manifest.recipe
    settings = ModelSettings(
        manifest.labels, pooling=recipe.pooling or "mean", dropout=0.0, method=manifest.method
    )
    source = cast(Path, base) if manifest.needs_base else folder / "encoder"
    try:
        with LOADING_LOCK:
            model = task.build_model(source, settings)
        if manifest.method in ("lora", "qlora"):
            model.encoder = load_adapter(model.encoder, folder / "adapter")
        model.head.load_state_dict(load_file(folder / "head.safetensors"))
        tokenizer = task.load_processor(folder / "tokenizer")
    except (OSError, SafetensorError, RuntimeError, ValueError) as error:
        raise RegistryError(
            f"{folder} cannot be loaded: {str(error).splitlines()[0]}", remedy="Tune it again."
        ) from None
    dtype = getattr(torch, resolve_precision(precision))
    return LoadedModel(model.to(device(), dtype).eval(), tokenizer, task, manifest)


def untuned(task: Task, base: BaseCheckpoint, labels: LabelSpace, recipe: Recipe) -> LoadedModel:
    """The base model as it is, as if it were tuned: for tasks that it can do in some way already."""
    import torch

    settings = ModelSettings(labels, pooling=recipe.pooling or "mean", dropout=0.0)
    with LOADING_LOCK:
        model = task.build_model(base.folder, settings)
    dtype = getattr(torch, resolve_precision(recipe.precision))
    manifest = Manifest(task.name, labels, base.card, base.sha256, recipe)
    tokenizer = task.load_processor(base.folder)
    return LoadedModel(model.to(device(), dtype).eval(), tokenizer, task, manifest)

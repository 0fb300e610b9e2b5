"""The manifest of a tuned model: what has to be known to load it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from chainzoo import atomic
from chainzoo.errors import RegistryError
from chainzoo.tasks import LabelSpace
from chainzoo.tuning.recipe import Recipe

FORMAT_VERSION = 1
MANIFEST_FILE, RECIPE_FILE = "chainzoo.json", "recipe.toml"


@dataclass(frozen=True, slots=True)
class Manifest:
    """Task, labels, base and recipe of a tuned model."""

    task: str
    labels: LabelSpace
    base: str
    base_sha256: str
    recipe: Recipe

    @property
    def method(self) -> str:
        """The tuning method: full, lora, qlora or head."""
        return self.recipe.method

    @property
    def needs_base(self) -> bool:
        """Whether the weights of the base model are needed to load the model."""
        return self.method != "full"

    @property
    def max_length(self) -> int:
        """The maximum number of token ids in a window, special ones included."""
        return self.recipe.max_length or 512

    def write(self, folder: Path) -> None:
        """Write ``chainzoo.json`` and ``recipe.toml`` into ``folder``."""
        values = {
            "format": FORMAT_VERSION,
            "task": self.task,
            "labels": asdict(self.labels),
            "base": self.base,
            "base_sha256": self.base_sha256,
            "method": self.method,
        }
        atomic.write_text(folder / RECIPE_FILE, self.recipe.to_toml())
        atomic.write_text(folder / MANIFEST_FILE, json.dumps(values, indent=2, ensure_ascii=False))

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Read the manifest of the tuned model in ``folder``.

        Raises:
            RegistryError: there is no manifest, or it is damaged or of a newer format.
        """
        try:
            values = json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8"))
            if values["format"] > FORMAT_VERSION:
                raise RegistryError(
                    f"{folder}: written by a newer ChainZoo (format {values['format']}).",
                    remedy="Upgrade ChainZoo.",
                )
            names, problem = tuple(values["labels"]["names"]), values["labels"]["problem"]
            labels = LabelSpace(names, problem)
            recipe = Recipe.from_toml(folder / RECIPE_FILE)
            return cls(values["task"], labels, values["base"], values["base_sha256"], recipe)
        except (OSError, KeyError, TypeError, json.JSONDecodeError) as error:
            raise RegistryError(
                f"{folder} is not a tuned model: {error}.", remedy="Tune it again."
            ) from None

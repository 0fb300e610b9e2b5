"""What the benches share: the data, the base model, one tuning in a folder that goes away."""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from chainzoo.home import Home
from chainzoo.tasks import LabelSpace
from chainzoo.tuning import Recipe
from chainzoo.tuning.base_checkpoint import BaseCheckpoint, load_base_checkpoint
from chainzoo.tuning.context import RunContext
from chainzoo.tuning.defaults import resolve_recipe
from chainzoo.tuning.training_data import TrainingData
from chainzoo.tuning.tune import tune


def arguments(text: str | None) -> argparse.ArgumentParser:
    """A parser that knows where the data is."""
    parser = argparse.ArgumentParser(description=text)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    return parser


def base() -> BaseCheckpoint:
    """The embedded encoder."""
    return load_base_checkpoint(Home.default(), "minilm-l6")


@contextmanager
def tuned(
    train: Sequence[Any], dev: Sequence[Any], labels: LabelSpace, **settings: Any
) -> Iterator[tuple[Path, float]]:
    """A tuned model's folder, and the seconds that the tuning took."""
    recipe = resolve_recipe(Recipe.of(**settings), base(), len(train))
    with tempfile.TemporaryDirectory() as work:
        begun = time.perf_counter()
        model = tune(recipe, TrainingData(train, dev, labels), base(), RunContext(Path(work)))
        yield model.folder, time.perf_counter() - begun

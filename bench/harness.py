"""What the benchmarks share: arguments, data, the base model, a home, and one fine-tuning."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import quick_data

from chainzoo.home import Home
from chainzoo.tasks import LabelSpace
from chainzoo.tuning import Recipe
from chainzoo.tuning.base_checkpoint import BaseCheckpoint, load_base_checkpoint
from chainzoo.tuning.context import RunContext
from chainzoo.tuning.defaults import resolve_recipe
from chainzoo.tuning.training_data import TrainingData
from chainzoo.tuning.tune import tune

TINY_CONTEXT = 8192  # Tokens; the schemas of three tools take some 2,400 of a tiny vocabulary.
DEFAULT_DATA = Path(__file__).parents[2] / "shared" / "data"


class BenchmarkParser(argparse.ArgumentParser):
    """A parser with ``--data``, the folder of the data sets, and ``--quick``.

    With ``--quick`` the data sets are miniatures that are written on the spot, and a benchmark
    measures nothing: it shows in seconds that it still runs.
    """

    def __init__(self, doc: str | None) -> None:
        super().__init__(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
        self.add_argument("--data", type=Path, default=DEFAULT_DATA, help="folder of the data sets")
        self.add_argument("--quick", action="store_true", help="run in seconds, on miniature data")

    def parse_args(self, *args: Any, **options: Any) -> Any:
        """Parse the arguments; with ``--quick``, ``data`` is the folder of the miniatures."""
        parsed = super().parse_args(*args, **options)
        if parsed.quick:
            parsed.data = quick_data.folder()
        return parsed


def base() -> BaseCheckpoint:
    """Return the checkpoint of the embedded encoder."""
    return load_base_checkpoint(Home.default(), "minilm-l6")


@contextmanager
def temporary_home(*cards: str) -> Iterator[Home]:
    """Yield an empty home that has the weights of some cards, and delete it in the end."""
    default = Home.default()
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home")
        home.weights.mkdir(parents=True)
        for card in cards:
            weights = load_base_checkpoint(default, card).folder
            (home.weights / card).symlink_to(weights, target_is_directory=True)
        yield home


@contextmanager
def tiny_chat_model() -> Iterator[tuple[Home, str]]:
    """Yield a home with a tiny chat model with random weights, and the model's card."""
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from tests import tiny

    with temporary_home() as home:
        folder = home.root / "tiny"
        card = tiny.causal(home, folder)
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        config["max_position_embeddings"] = TINY_CONTEXT
        (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
        yield home, card


@contextmanager
def tuned(
    train: Sequence[Any], dev: Sequence[Any], labels: LabelSpace, **settings: Any
) -> Iterator[tuple[Path, float]]:
    """Tune the embedded encoder; yield the folder of the model, and the seconds that it took."""
    recipe = resolve_recipe(Recipe.of(**settings), base(), len(train))
    with tempfile.TemporaryDirectory() as workdir:
        started_at = time.perf_counter()
        data = TrainingData(train, dev, labels)
        model = tune(recipe, data, base(), RunContext(Path(workdir)))
        yield model.folder, time.perf_counter() - started_at

"""A recommender on disk: NumPy arrays, JSON and LightGBM's text format; no pickle."""

from __future__ import annotations

import json
import shutil
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from chains.recommender.collaborative import CollaborativeModel
from chains.recommender.config import RecommenderConfig
from chains.recommender.errors import RecommenderError, missing_library
from chains.recommender.features import RetrievalModel
from chains.recommender.interactions import Interactions
from chains.recommender.items import Item
from chains.recommender.model import RecommenderModel
from chains.recommender.popularity import PopularityHistory
from chainzoo import Zoo, atomic

CURRENT = "current.json"  # Names the version that is loaded.
COLUMNS = ("user", "item", "time", "strength", "liked")


@dataclass(frozen=True)
class RecommenderState:
    """Everything that a recommender answers from. ``facts`` are figures of its training."""

    name: str
    config: RecommenderConfig
    items: tuple[Item, ...]
    users: tuple[str, ...]
    interactions: Interactions
    model: RecommenderModel
    facts: dict[str, Any]


def recommenders_folder(zoo: Zoo) -> Path:
    """Return the folder of the recommenders of a zoo."""
    return zoo.home.root / "recommenders"


def save_state(root: Path, state: RecommenderState) -> Path:
    """Write a new version, make it the current one, remove older ones; return its folder.

    A reader sees the old version or the whole new one.
    """
    folder = root / state.name
    version = folder / uuid.uuid4().hex[:12]
    with atomic.folder(version) as tmp_path:
        _write_version(tmp_path, state)
    atomic.write_text(folder / CURRENT, json.dumps({"version": version.name}))
    for other in folder.iterdir():
        if other.is_dir() and other.name != version.name and not other.name.startswith("."):
            shutil.rmtree(other, ignore_errors=True)
    return version


def list_names(root: Path) -> list[str]:
    """Return the names of the stored recommenders, sorted."""
    return sorted(path.parent.name for path in root.glob(f"*/{CURRENT}"))


def load_state(root: Path, name: str) -> RecommenderState:
    """Load the current version of a recommender.

    Raises:
        RecommenderError: there is no recommender of that name, or its files are damaged.
    """
    pointer = root / name / CURRENT
    if not pointer.is_file():
        names = ", ".join(list_names(root)) or "none"
        raise RecommenderError(
            f"There is no recommender {name!r}; there are: {names}.",
            remedy=f"Build it: chainzoo recommend build --items FILE --events FILE --name {name}",
        )
    try:
        version = json.loads(pointer.read_text("utf-8"))["version"]
        return _read_version(root / name / version, name)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RecommenderError(
            f"The files of the recommender {name!r} are damaged ({error}).",
            remedy="Build it again from its items and events.",
        ) from None


def _write_version(folder: Path, state: RecommenderState) -> None:
    from scipy.sparse import save_npz

    model, collaborative = state.model, state.model.retrieval.collaborative
    metadata = {
        "config": state.config.model_dump(),
        "users": state.users,
        "facts": state.facts,
        "reranker": model.reranker,
        "reranker_weight": model.reranker_weight,
    }
    text = json.dumps(metadata, ensure_ascii=False)
    (folder / "recommender.json").write_text(text, "utf-8")
    lines = (json.dumps(asdict(item), ensure_ascii=False) for item in state.items)
    (folder / "items.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    texts, factors = model.retrieval.texts, collaborative.factors
    np.savez(folder / "vectors.npz", texts=texts, factors=factors)
    columns = {name: getattr(state.interactions, name) for name in COLUMNS}
    np.savez(folder / "interactions.npz", **columns)
    save_npz(folder / "neighbours.npz", collaborative.neighbours)
    save_npz(folder / "successors.npz", collaborative.successors)
    if model.trees is not None:
        (folder / "trees.txt").write_text(model.trees.model_to_string(), "utf-8")


def _read_version(folder: Path, name: str) -> RecommenderState:
    from scipy.sparse import load_npz

    metadata = json.loads((folder / "recommender.json").read_text("utf-8"))
    config = RecommenderConfig(**metadata["config"])
    rows = [json.loads(line) for line in (folder / "items.jsonl").read_text("utf-8").splitlines()]
    items = tuple(Item(**{**row, "genres": tuple(row["genres"])}) for row in rows)
    with np.load(folder / "interactions.npz", allow_pickle=False) as file:
        interactions = Interactions(*(file[column] for column in COLUMNS))
    with np.load(folder / "vectors.npz", allow_pickle=False) as file:
        texts, factors = file["texts"], file["factors"]
    neighbours = load_npz(folder / "neighbours.npz")
    successors = load_npz(folder / "successors.npz")
    collaborative = CollaborativeModel(config, factors, neighbours, successors)
    popularity = PopularityHistory.of(interactions, len(items), config)
    retrieval = RetrievalModel(config, texts, collaborative, popularity)
    model = RecommenderModel(
        retrieval,
        _read_trees(folder / "trees.txt"),
        metadata["reranker"],
        metadata["reranker_weight"],
    )
    users = tuple(metadata["users"])
    return RecommenderState(name, config, items, users, interactions, model, metadata["facts"])


def _read_trees(path: Path) -> Any | None:
    if not path.is_file():
        return None
    try:
        import lightgbm
    except ImportError:
        raise missing_library("lightgbm") from None
    return lightgbm.Booster(model_str=path.read_text("utf-8"))

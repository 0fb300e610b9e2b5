"""A recommender on disk: NumPy, JSON and LightGBM's text, no pickle; a new one is seen whole."""

from __future__ import annotations

import json
import os
import shutil
import uuid
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from chains.recommender.behaviour import Behaviour, Floats, Past
from chains.recommender.config import RecommenderConfig
from chains.recommender.features import Known
from chains.recommender.learning import Skill
from chains.recommender.problems import RecommenderError, missing
from chains.recommender.tables import Events, Item
from chains.recommender.texts import factors_from_texts

POINTER = "current.json"


@dataclass(frozen=True)
class State:
    """Everything that a recommender is."""

    name: str
    config: RecommenderConfig
    items: tuple[Item, ...]
    users: tuple[str, ...]
    events: Events
    skill: Skill
    facts: dict[str, Any]


def save(root: Path, state: State) -> Path:
    """Write a version beside the others, then point to it; older ones go."""
    folder = root / state.name
    version = folder / uuid.uuid4().hex[:12]
    beside = folder / f".{version.name}.part"
    beside.mkdir(parents=True)
    try:
        _write(beside, state)
        os.replace(beside, version)
        pointer = folder / f".{POINTER}.{version.name}"
        pointer.write_text(json.dumps({"version": version.name}), "utf-8")
        os.replace(pointer, folder / POINTER)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    for other in folder.iterdir():
        if other.is_dir() and other.name != version.name and not other.name.startswith("."):
            shutil.rmtree(other, ignore_errors=True)
    return version


def _write(folder: Path, state: State) -> None:
    from scipy.sparse import save_npz

    behaviour, events = state.skill.known.behaviour, state.events
    whole = {
        "config": state.config.model_dump(),
        "users": state.users,
        "facts": state.facts,
        "ranker": state.skill.ranker,
        "weight": state.skill.weight,
    }
    (folder / "recommender.json").write_text(json.dumps(whole, ensure_ascii=False), "utf-8")
    lines = (json.dumps(asdict(item), ensure_ascii=False) for item in state.items)
    (folder / "items.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    np.savez(folder / "vectors.npz", texts=state.skill.known.texts, factors=behaviour.factors)
    columns = ("user", "item", "time", "strength", "liked")
    np.savez(folder / "events.npz", **{name: getattr(events, name) for name in columns})
    save_npz(folder / "near.npz", behaviour.near)
    save_npz(folder / "after.npz", behaviour.after)
    if state.skill.trees is not None:
        (folder / "trees.txt").write_text(state.skill.trees.model_to_string(), "utf-8")


def names(root: Path) -> list[str]:
    """The recommenders that are there."""
    return sorted(p.parent.name for p in root.glob(f"*/{POINTER}"))


def load(root: Path, name: str) -> State:
    """The recommender of that name.

    Raises:
        RecommenderError: there is none, or its files are damaged.
    """
    pointer = root / name / POINTER
    if not pointer.is_file():
        there = ", ".join(names(root)) or "none"
        raise RecommenderError(
            f"There is no recommender {name!r}; there are: {there}.",
            remedy=f"Make it: chainzoo recommend build --items FILE --events FILE --name {name}",
        )
    try:
        return _read(root / name / json.loads(pointer.read_text("utf-8"))["version"], name)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RecommenderError(
            f"The files of the recommender {name!r} are damaged ({error}).",
            remedy="Build it again from its items and events.",
        ) from None


def _read(folder: Path, name: str) -> State:
    from scipy.sparse import load_npz

    whole = json.loads((folder / "recommender.json").read_text("utf-8"))
    config = RecommenderConfig(**whole["config"])
    rows = [json.loads(line) for line in (folder / "items.jsonl").read_text("utf-8").splitlines()]
    items = tuple(Item(**{**row, "genres": tuple(row["genres"])}) for row in rows)
    with np.load(folder / "events.npz", allow_pickle=False) as file:
        events = Events(*(file[c] for c in ("user", "item", "time", "strength", "liked")))
    with np.load(folder / "vectors.npz", allow_pickle=False) as file:
        texts, factors = file["texts"], file["factors"]
    near, after = load_npz(folder / "near.npz"), load_npz(folder / "after.npz")
    behaviour = Behaviour(config, factors, near, after)
    known = Known(config, texts, behaviour, Past.of(events, len(items), config))
    skill = Skill(known, _trees(folder / "trees.txt"), whole["ranker"], whole["weight"])
    return State(name, config, items, tuple(whole["users"]), events, skill, whole["facts"])


def _trees(path: Path) -> Any | None:
    if not path.is_file():
        return None
    try:
        import lightgbm
    except ImportError:
        raise missing("lightgbm") from None
    return lightgbm.Booster(model_str=path.read_text("utf-8"))


def extended(state: State, new: list[Item], vectors: Floats) -> State:
    """The same with more items, of which only the texts are known."""
    from scipy.sparse import csr_matrix

    known = state.skill.known
    texts = np.concatenate([known.texts, vectors])
    size = len(texts)
    blank = np.zeros((len(new), known.behaviour.factors.shape[1]), np.float32)
    count = np.bincount(state.events.item, minlength=size).astype(np.float32)
    factors = np.concatenate([known.behaviour.factors, blank])
    guessed = factors_from_texts(texts, factors, count)
    factors[-len(new) :] = guessed[-len(new) :]

    def larger(table: Any) -> Any:
        wide = csr_matrix(table, copy=True)
        wide.resize((size, size))
        return wide

    near, after = larger(known.behaviour.near), larger(known.behaviour.after)
    behaviour = Behaviour(state.config, factors, near, after)
    past = Past.of(state.events, size, state.config)
    skill = replace(state.skill, known=Known(state.config, texts, behaviour, past))
    return replace(state, items=(*state.items, *new), skill=skill)

"""Rebuild the embedded brain: requests, the tuned classifier, the linear one, and a manifest.

python brain/build.py [--linear-only]
"""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file
from sklearn.linear_model import LogisticRegression
from wordings import requests

from chainzoo.agent.brain.intent import LINEAR, MANIFEST, MODEL, linear_features
from chainzoo.home import Home
from chainzoo.pipeline import TuningJob, fine_tune
from chainzoo.tuning import Recipe

HERE = Path(__file__).parent
RECIPE = HERE / "recipe.toml"
MADE_FROM = (RECIPE, HERE / "templates.py", HERE / "wordings.py")


def recipe_hash() -> str:
    """What everything that the brain is made from hashes to."""
    digest = hashlib.sha256()
    for path in MADE_FROM:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def main() -> None:
    """Build it and say how good it is on requests that were set aside."""
    rows = list(requests())
    labels = sorted({label for _, _, label in rows})
    if "--linear-only" not in sys.argv:
        _tune([(text, label) for language, text, label in rows if language == "en"])
    found = _linear([(text, label) for _, text, label in rows], labels)
    files = sorted(path for path in (*MODEL.rglob("*"), LINEAR) if path.is_file())
    manifest = {
        "labels": labels,
        "made_from": recipe_hash(),
        "requests": len(rows),
        "held_out_accuracy": found,
        "files": {
            path.relative_to(MANIFEST.parent).as_posix(): hashlib.sha256(
                path.read_bytes()
            ).hexdigest()
            for path in files
        },
    }
    MANIFEST.write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    size = sum(path.stat().st_size for path in files) / 1e6
    print(f"{len(rows):,} requests, {len(labels)} labels, {size:.1f} MB, {found}")


def _tune(rows: list[tuple[str, str]]) -> None:
    """The classifier on MiniLM, by ChainZoo, in a home of its own."""
    home = Home.default()
    with tempfile.TemporaryDirectory() as work:
        data = Path(work) / "requests.csv"
        with data.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([("text", "label"), *rows])
        own = Home(Path(work) / "home")
        own.weights.mkdir(parents=True)
        (own.weights / "minilm-l6").symlink_to(home.weights / "minilm-l6")
        model = fine_tune(own, TuningJob(Recipe.from_toml(RECIPE), str(data), Path(work) / "run"))
        print(model.report["verdict"])
        shutil.rmtree(MODEL, ignore_errors=True)
        MODEL.mkdir()
        for name in ("chainzoo.json", "recipe.toml", "head.safetensors"):
            shutil.copy(model.folder / name, MODEL / name)
        for name in ("adapter", "tokenizer"):
            shutil.copytree(model.folder / name, MODEL / name)
        (MODEL / "adapter" / "README.md").unlink(missing_ok=True)


def _linear(rows: list[tuple[str, str]], labels: list[str]) -> dict[str, float]:
    """The linear classifier, in half precision; its accuracy on every tenth request."""
    features = linear_features([text for text, _ in rows])
    target = np.array([labels.index(label) for _, label in rows])
    held = np.arange(len(rows)) % 10 == 0
    model = LogisticRegression(C=30, max_iter=400)
    model.fit(features[~held], target[~held])
    right = float((model.predict(features[held]) == target[held]).mean())
    model.fit(features, target)
    save_file(
        {  # Row by row: safetensors writes an array's bytes as they lie.
            "weight": np.ascontiguousarray(model.coef_, dtype=np.float16),
            "bias": np.ascontiguousarray(model.intercept_, dtype=np.float16),
        },
        LINEAR,
    )
    return {"linear": round(right, 4)}


if __name__ == "__main__":
    main()

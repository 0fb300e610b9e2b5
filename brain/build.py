"""Rebuild the embedded brain: requests, the tuned classifier, the linear one, and the manifest.

python brain/build.py [--linear-only]
"""

from __future__ import annotations

import argparse
import csv
import json
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from generate import Request, generate_requests, requests_sha256
from safetensors.numpy import save_file
from sklearn.linear_model import LogisticRegression

from chainzoo.agent.brain.intent import BASE_CARD, LINEAR, MANIFEST, MODEL, linear_features
from chainzoo.hashing import file_sha256
from chainzoo.home import Home
from chainzoo.pipeline import TuningJob, fine_tune
from chainzoo.tuning import Recipe

RECIPE = Path(__file__).parent / "recipe.toml"
REGULARIZATION = 30  # Inverse strength of the linear classifier.
HELD_OUT = 10  # Every tenth request measures the linear classifier.


def main() -> None:
    """Build the brain and print its size and its accuracy on held-out requests."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--linear-only", action="store_true", help="Keep the tuned classifier.")
    options = parser.parse_args()
    requests = list(generate_requests())
    labels = sorted({label for _, _, label in requests})
    if not options.linear_only:
        tune_encoder([(text, label) for language, text, label in requests if language == "en"])
    accuracy = fit_linear([(text, label) for _, text, label in requests], labels)
    files = sorted(path for path in (*MODEL.rglob("*"), LINEAR) if path.is_file())
    write_manifest(requests, labels, accuracy, files)
    size_mb = sum(path.stat().st_size for path in files) / 1e6
    print(f"{len(requests):,} requests, {len(labels)} labels, {size_mb:.1f} MB")
    print(f"accuracy of the linear classifier on held-out requests: {accuracy:.4f}")


def write_manifest(
    requests: Sequence[Request], labels: Sequence[str], accuracy: float, files: Sequence[Path]
) -> None:
    """Write what the brain was built from, and the SHA-256 of its files."""
    manifest = {
        "labels": labels,
        "recipe_sha256": file_sha256(RECIPE),
        "requests_sha256": requests_sha256(requests),
        "requests": len(requests),
        "held_out_accuracy": {"linear": round(accuracy, 4)},
        "files": {
            path.relative_to(MANIFEST.parent).as_posix(): file_sha256(path) for path in files
        },
    }
    MANIFEST.write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def tune_encoder(rows: Sequence[tuple[str, str]]) -> None:
    """Tune the classifier on MiniLM with ChainZoo, in a home of its own."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        data = work / "requests.csv"
        with data.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([("text", "label"), *rows])
        home = Home(work / "home")
        home.weights.mkdir(parents=True)
        (home.weights / BASE_CARD).symlink_to(Home.default().weights / BASE_CARD)
        model = fine_tune(home, TuningJob(Recipe.from_toml(RECIPE), str(data), work / "run"))
        print(model.report["verdict"])
        copy_model(model.folder)


def copy_model(folder: Path) -> None:
    """Copy the files that a predictor needs into the package."""
    shutil.rmtree(MODEL, ignore_errors=True)
    MODEL.mkdir()
    for name in ("chainzoo.json", "recipe.toml", "head.safetensors"):
        shutil.copy(folder / name, MODEL / name)
    for name in ("adapter", "tokenizer"):
        shutil.copytree(folder / name, MODEL / name)
    (MODEL / "adapter" / "README.md").unlink(missing_ok=True)


def fit_linear(rows: Sequence[tuple[str, str]], labels: Sequence[str]) -> float:
    """Fit the linear classifier and save it in half precision; return its held-out accuracy."""
    features = linear_features([text for text, _ in rows])
    target = np.array([labels.index(label) for _, label in rows])
    held_out = np.arange(len(rows)) % HELD_OUT == 0
    model = LogisticRegression(C=REGULARIZATION, max_iter=400)
    model.fit(features[~held_out], target[~held_out])
    accuracy = float((model.predict(features[held_out]) == target[held_out]).mean())
    model.fit(features, target)
    # safetensors writes the bytes of an array as they lie in memory, so rows must be contiguous.
    weights = {"weight": model.coef_, "bias": model.intercept_}
    arrays = {name: np.ascontiguousarray(value, np.float16) for name, value in weights.items()}
    save_file(arrays, LINEAR)
    return accuracy


if __name__ == "__main__":
    main()

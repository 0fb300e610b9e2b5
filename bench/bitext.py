"""Dialogue: SmolLM2 by LoRA on Bitext's customer-service file, perplexity before and after.

This copy of the file has utterances with intents and no replies, so the intent is what the
assistant has to answer. Run: python bench/bitext.py
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import material

from chainzoo.home import Home
from chainzoo.pipeline import TuningJob, fine_tune
from chainzoo.tuning import Recipe

FOLDER = "dialogue/bitext_customer_service"
FILE = "Bitext_Sample_Customer_Service_Training_Dataset.csv"


def main() -> None:
    """Tune, judge, print; ten held-out answers as the model writes them."""
    data = material.arguments(__doc__).parse_args().data / FOLDER / FILE
    with tempfile.TemporaryDirectory() as scratch:
        home = Home(Path(scratch) / "home")
        home.weights.mkdir(parents=True)
        known = Home.default().weights / "smollm2-135m"
        (home.weights / "smollm2-135m").symlink_to(known, target_is_directory=True)
        recipe = Recipe.of(
            task="dialogue",
            model="smollm2-135m",
            method="lora",
            name="bitext",
            epochs=0.3,
            text_column="utterance",
            label_column="intent",
        )
        record = fine_tune(home, TuningJob(recipe, str(data), Path(scratch) / "run"))
    print(record.report["verdict"])
    before = record.report["baselines"]["smollm2-135m, untuned"]["perplexity"]
    print(json.dumps({"before": before, "after": record.report["scores"]["perplexity"]}))
    for asked, wanted, written in record.report["tables"][0]["rows"]:
        print(f"{asked!r}: {written!r} (true: {wanted!r})")


if __name__ == "__main__":
    main()

"""Dialogue: perplexity of SmolLM2 on Bitext's customer service, before and after LoRA.

This copy of the file has utterances with intents and no replies, so the intent is what the
assistant has to answer. Ten evaluated answers are printed as the model generates them.

python bench/bitext.py [--data ../shared/data] [--quick]

``--quick`` tunes a tiny model with random weights.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import harness

from chainzoo.home import Home
from chainzoo.pipeline import TuningJob, fine_tune
from chainzoo.tuning import Recipe

CARD = "smollm2-135m"
FOLDER = "dialogue/bitext_customer_service"
FILE = "Bitext_Sample_Customer_Service_Training_Dataset.csv"


@contextmanager
def home_with_model(quick: bool) -> Iterator[tuple[Home, str]]:
    """Yield a home, and the card of the chat model in it."""
    if quick:
        with harness.tiny_chat_model() as (home, card):
            yield home, card
    else:
        with harness.temporary_home(CARD) as home:
            yield home, CARD


def main(arguments: Sequence[str] | None = None) -> None:
    """Tune, evaluate, and print both perplexities and the generated answers."""
    options = harness.BenchmarkParser(__doc__).parse_args(arguments)
    with home_with_model(options.quick) as (home, card):
        recipe = Recipe.of(
            task="dialogue",
            model=card,
            method="lora",
            name="bitext",
            epochs=0.3,
            text_column="utterance",
            label_column="intent",
        )
        data = str(options.data / FOLDER / FILE)
        report = fine_tune(home, TuningJob(recipe, data, home.root / "run")).report
    print(report["verdict"])
    before = report["baselines"][f"{card}, untuned"]["perplexity"]
    print(json.dumps({"before": before, "after": report["scores"]["perplexity"]}))
    for prompt, expected, generated in report["tables"][0]["rows"]:
        print(f"{prompt!r}: {generated!r} (expected: {expected!r})")


if __name__ == "__main__":
    main()

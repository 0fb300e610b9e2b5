"""Write a model card for weights in a folder; the model is found and tuned like any other."""

from __future__ import annotations

from pathlib import Path

from chainzoo import Zoo

TICKETS = Path(__file__).parent / "data" / "support_tickets.csv"
CARD = """
[[card]]
id = "house-encoder"
title = "The encoder of our house"
kind = "encoder"
architecture = "bert"
tasks = ["text-classification"]
languages = ["en"]
license = "apache-2.0"
size_mb = 91
context = 512
pooling = "mean"
description = "An encoder that we keep in a folder of our own."

[[card.sources]]
kind = "folder"
folder = "{folder}"
"""


def main() -> None:
    """Write the card, find it, and tune its model."""
    zoo = Zoo()
    weights = zoo.fetch("minilm-l6")  # Any folder with a config, a tokenizer and safetensors.
    zoo.home.cards.mkdir(parents=True, exist_ok=True)
    card = zoo.home.cards / "house.toml"
    card.write_text(CARD.format(folder=weights.as_posix()), encoding="utf-8")

    cards = zoo.find(task="text-classification", license="apache-2.0", max_size_mb=100)
    print("Found:", ", ".join(card.id for card in cards))
    print("Sources:", zoo.card("house-encoder").facts()["sources"])
    run = zoo.tune(TICKETS, model="house-encoder", method="head", epochs=2, name="house")
    model = run.wait()
    print(f"{model.ref} stands on {model.lineage.base}: {model.metric} {model.score:.2f}")
    print(zoo.predictor(model.ref).invoke("Where is my parcel?").summary())


if __name__ == "__main__":
    main()

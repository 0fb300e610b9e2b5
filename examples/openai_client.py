"""A tuned model and an encoder behind OpenAI's API: `chainzoo serve`, and the openai client.

python examples/openai_client.py
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import openai

from chainzoo import RemoteZoo, Zoo

TICKETS = Path(__file__).parent / "data" / "support_tickets.csv"
MESSAGES = ["I want my money back for these boots", "The driver never came with my parcel"]
COMMAND = [sys.executable, "-m", "chainzoo", "serve", "--port", "0", "--json"]


@contextmanager
def served() -> Iterator[str]:
    """The address of a server that runs as long as the block."""
    child = subprocess.Popen(COMMAND, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert child.stdout is not None
        yield json.loads(child.stdout.readline())["url"]
    finally:
        child.terminate()
        child.wait()


def alike(one: list[float], other: list[float]) -> float:
    """The cosine of two vectors of length 1."""
    return sum(a * b for a, b in zip(one, other, strict=True))


def main() -> None:
    """Tune a head for one epoch, serve it, and call it."""
    Zoo().tune(TICKETS, name="tickets", model="minilm-l6", method="head", epochs=1).wait()
    with served() as url:
        client = openai.OpenAI(base_url=f"{url}/v1", api_key="none")
        print("models:", ", ".join(model.id for model in client.models.list()))

        answer = client.completions.create(model="tickets", prompt=MESSAGES)
        for message, choice in zip(MESSAGES, answer.choices, strict=True):
            print(f"{message} -> {json.loads(choice.text)['label']}")

        asked = ["Where is my order?", "My parcel is late", "I forgot my password"]
        rows = client.embeddings.create(model="minilm-l6", input=asked).data
        first, *others = (row.embedding for row in rows)
        for text, vector in zip(asked[1:], others, strict=True):
            print(f"{alike(first, vector):.2f} {asked[0]} / {text}")

        try:
            client.completions.create(model="ticket", prompt="a")
        except openai.NotFoundError as error:
            print(error.body["message"] if isinstance(error.body, dict) else error)

        there = RemoteZoo(url)  # The same server, with typed predictions.
        print(there.predictor("tickets").invoke(MESSAGES[0]).labels)


if __name__ == "__main__":
    main()

"""Call a tuned model and an encoder of `chainzoo serve` through the openai client.

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

DATA = Path(__file__).parent / "data" / "support_tickets.csv"
MESSAGES = ["I want my money back for these boots", "The driver never came with my parcel"]
SENTENCES = ["Where is my order?", "My parcel is late", "I forgot my password"]
COMMAND = [sys.executable, "-m", "chainzoo", "serve", "--port", "0", "--json"]


@contextmanager
def run_server() -> Iterator[str]:
    """The address of a server that runs as long as the block."""
    with subprocess.Popen(
        COMMAND, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as child:
        try:
            yield json.loads(next(iter(child.stdout or ())))["url"]
        finally:
            child.terminate()


def cosine(a: list[float], b: list[float]) -> float:
    """The cosine of two vectors of length 1."""
    return sum(x * y for x, y in zip(a, b, strict=True))


def main() -> None:
    """Tune a head for one epoch, serve it, and call it."""
    Zoo().tune(DATA, name="tickets", model="minilm-l6", method="head", epochs=1).wait()
    with run_server() as url:
        client = openai.OpenAI(base_url=f"{url}/v1", api_key="none")
        print("models:", ", ".join(model.id for model in client.models.list()))

        completion = client.completions.create(model="tickets", prompt=MESSAGES)
        for message, choice in zip(MESSAGES, completion.choices, strict=True):
            print(f"{message} -> {json.loads(choice.text)['label']}")

        rows = client.embeddings.create(model="minilm-l6", input=SENTENCES).data
        first, *others = (row.embedding for row in rows)
        for sentence, vector in zip(SENTENCES[1:], others, strict=True):
            print(f"{cosine(first, vector):.2f} {SENTENCES[0]} / {sentence}")

        try:
            client.completions.create(model="ticket", prompt="a")
        except openai.NotFoundError as error:
            print(error.body["message"] if isinstance(error.body, dict) else error)

        remote = RemoteZoo(url)  # The same server, with typed predictions.
        print(remote.predictor("tickets").invoke(MESSAGES[0]).labels)


if __name__ == "__main__":
    main()

"""`chainzoo serve` under load from another process: 64 clients, then 256, then one again.

python bench/server_load.py [--seconds 60]

Eight classifiers on minilm-l6, six by LoRA and two by their heads, drawn at random. Every answer is
compared with the one that the model gives alone. The 256 do not wait as long as they are told to.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import psutil

os.environ["TRANSFORMERS_VERBOSITY"] = "error"
os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"
sys.path.insert(0, str(Path(__file__).parents[1]))

from engine import text
from material import base

from chainzoo.home import Home
from chainzoo.inference.predictor import Predictor
from chainzoo.modeling.precision import resolve_precision
from chainzoo.registry import Registry
from tests.random_models import publish

PLACES = 64
TOLERANCE = {"float32": 1e-3, "bfloat16": 5e-2}
GROWTH = 1.1  # What memory may grow by during the overload, allocators' caches included.
SOON = 1.0  # Seconds for the first answer after it.
MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Question:
    """A text for a model, and what the model says to it alone."""

    model: str
    text: str
    label: str
    scores: dict[str, float]


@dataclass(slots=True)
class Found:
    """What a phase of the load gave."""

    seconds: float = 0.0
    took: list[float] = field(default_factory=list)
    refused_in: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    unsaid: int = 0
    """Refusals that do not say when to come back."""


def questions(home: Home, tolerance: float) -> list[Question]:
    """Publish the models, and ask each alone; a text that is close to two labels is left out."""
    home.weights.mkdir(parents=True)
    place = home.weights / "minilm-l6"
    place.symlink_to(base().folder, target_is_directory=True)
    drawn, found = random.Random(11), []
    texts = sorted({text(drawn) for _ in range(60)})
    for number in range(8):
        method = "head" if number % 4 == 3 else "lora"
        record = publish(home, f"m{number}", "text-classification", method=method, seed=number)
        folder = Registry(home).path(record)
        alone = Predictor.load(folder, place, precision="float32").predict(texts)
        for asked, said in zip(texts, alone, strict=True):
            first, second = sorted(said.scores.values(), reverse=True)[:2]
            if first - second > 2 * tolerance:
                found.append(Question(record.ref, asked, said.label, said.scores))
    return found


@contextmanager
def served(home: Home, log: Path) -> Iterator[tuple[str, psutil.Process]]:
    """The server in a process of its own, on a free port of this machine."""
    command = [sys.executable, "-m", "chainzoo", "serve", "--port", "0", "--json"]
    with log.open("w") as errors:
        child = subprocess.Popen(
            [*command, "--max-concurrent-predictions", str(PLACES)],
            env={**os.environ, "CHAINZOO_HOME": str(home.root)},
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        try:
            line = child.stdout.readline() if child.stdout else ""
            if not line:
                raise SystemExit(f"The server did not come up: {log.read_text()[-2000:]}")
            yield json.loads(line)["url"], psutil.Process(child.pid)
        finally:
            child.terminate()
            child.wait(60)


class Memory:
    """The most that a process held while the block ran."""

    def __init__(self, process: psutil.Process) -> None:
        self.process = process
        self.most = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def _look(self) -> None:
        while not self._over.is_set():
            self.most = max(self.most, self.process.memory_info().rss)
            self._over.wait(0.1)

    def __enter__(self) -> Memory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()


async def load(
    url: str, asked: list[Question], clients: int, seconds: float, tolerance: float
) -> Found:
    """Clients that each ask one thing after the other until the time is over."""
    found = Found()
    begun = time.perf_counter()

    async def client(number: int) -> None:
        drawn = random.Random(number)
        # A pool for each: one pool looks through all its connections at every request.
        async with httpx.AsyncClient(base_url=url, timeout=60, verify=False) as http:
            while True:
                await ask(http, drawn.choice(asked), found, tolerance)
                if time.perf_counter() - begun > seconds:
                    return

    await asyncio.gather(*(client(number) for number in range(clients)))
    found.seconds = time.perf_counter() - begun
    return found


async def ask(http: httpx.AsyncClient, question: Question, found: Found, tolerance: float) -> None:
    begun = time.perf_counter()
    body = {"model": question.model, "inputs": [question.text]}
    try:
        answer = await http.post("/v1/predict", json=body)
    except httpx.HTTPError as error:
        found.statuses[type(error).__name__] += 1
        return
    took = time.perf_counter() - begun
    found.statuses[str(answer.status_code)] += 1
    if answer.status_code == 200:
        found.took.append(took)
        if not agrees(question, answer.json(), tolerance):
            found.wrong.append(f"{question.model} on {question.text[:40]!r}")
    elif answer.status_code == 429:
        found.refused_in.append(took)
        found.unsaid += "Retry-After" not in answer.headers


def agrees(question: Question, told: Any, tolerance: float) -> bool:
    """Whether an answer is the model's own."""
    (said,) = told["predictions"]
    return (
        told["model"] == question.model
        and said["label"] == question.label
        and said["scores"].keys() == question.scores.keys()
        and all(abs(said["scores"][k] - v) < tolerance for k, v in question.scores.items())
    )


def say(what: str, found: Found, memory: Memory) -> None:
    p50, p99 = np.percentile(found.took, [50, 99]) * 1000
    print(
        f"{what}, {found.seconds:.0f} s: {len(found.took) / found.seconds:.0f} answers/s,"
        f" p50 {p50:.0f} ms, p99 {p99:.0f} ms; {dict(found.statuses)};"
        f" wrong answers {len(found.wrong)}; memory at most {memory.most / MB:.0f} MB",
        flush=True,
    )
    if found.refused_in:
        p50, p99 = np.percentile(found.refused_in, [50, 99]) * 1000
        print(
            f"  refused after p50 {p50:.0f} ms, p99 {p99:.0f} ms;"
            f" without Retry-After {found.unsaid}",
            flush=True,
        )


def main(seconds: float) -> list[str]:
    """Run all; gives what is not as it should be."""
    dtype = resolve_precision("auto")
    tolerance = TOLERANCE[dtype]
    with tempfile.TemporaryDirectory() as scratch:
        home = Home(Path(scratch) / "home")
        asked = questions(home, tolerance)
        print(f"8 models, {len(asked)} questions, {dtype}, {psutil.cpu_count()} processors seen")
        with served(home, Path(scratch) / "log") as (url, process):
            return measured(url, process, asked, seconds, tolerance)


def measured(
    url: str, process: psutil.Process, asked: list[Question], seconds: float, tolerance: float
) -> list[str]:
    def run(what: str, clients: int, how_long: float) -> tuple[Found, Memory]:
        with Memory(process) as memory:
            found = asyncio.run(load(url, asked, clients, how_long, tolerance))
        say(what, found, memory)
        return found, memory

    run("warm-up, 64 clients", PLACES, 3)
    normal, _ = run("64 clients", PLACES, seconds)
    before = process.memory_info().rss
    over, most = run("256 clients", 4 * PLACES, seconds)

    first = asyncio.run(load(url, asked, 1, 0.001, tolerance))
    time.sleep(1)
    after = process.memory_info().rss
    print(f"first request after it: {dict(first.statuses)} in {1000 * first.seconds:.0f} ms")
    print(f"memory before the overload {before / MB:.0f} MB, during it at most"
          f" {most.most / MB:.0f} MB, after it {after / MB:.0f} MB")  # fmt: skip
    checks = {
        "with 64 clients not every answer was 200": set(normal.statuses) == {"200"},
        "an overload gave other than 200 and 429": set(over.statuses) == {"200", "429"},
        "there were wrong answers": not (normal.wrong or over.wrong or first.wrong),
        "a refusal does not say when to come back": over.unsaid == 0,
        "memory grew": most.most <= GROWTH * before,
        "it did not recover at once": set(first.statuses) == {"200"} and first.seconds < SOON,
    }
    return [what for what, holds in checks.items() if not holds]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60)
    failed = main(parser.parse_args().seconds)
    print("; ".join(failed).capitalize() + "." if failed else "All as it should be.")
    sys.exit(bool(failed))

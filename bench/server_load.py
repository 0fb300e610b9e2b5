"""Load `chainzoo serve` from another process: 64 clients, then 256, then one again.

python bench/server_load.py [--seconds 60] [--quick]

Eight classifiers on minilm-l6, six tuned by LoRA and two by their heads, are called at random. Every
response is compared with what the model predicts on its own. The 256 clients repeat a rejected
request at once, instead of after the time in Retry-After. `--quick` loads for a second each and
checks the responses alone, not memory and recovery, which need a longer load.
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

from engine import text as random_text
from harness import base as base_checkpoint

from chainzoo.home import Home
from chainzoo.inference.predictor import Predictor
from chainzoo.modeling.precision import resolve_precision
from chainzoo.registry import Registry
from tests.random_models import publish

MODELS = 8
TEXTS = 60
CLIENTS = MAX_CONCURRENT = 64
TOLERANCES = {"float32": 1e-3, "bfloat16": 5e-2}
"""How far a score may be from the model's own, by the precision of the server."""
MAX_MEMORY_GROWTH = 1.1
"""Memory during the overload, caches of allocators included, over the memory before it."""
MAX_RECOVERY_SECONDS = 1.0
QUICK_SECONDS = 1.0
MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Query:
    """A text for a model, and what the model predicts on its own."""

    model: str
    text: str
    label: str
    scores: dict[str, float]


@dataclass(slots=True)
class LoadResult:
    """The responses to a load. Latencies are in seconds."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    rejection_latencies: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    without_retry_after: int = 0


def build_queries(home: Home, tolerance: float) -> list[Query]:
    """Publish the models and predict with each on its own.

    A text whose two best scores are closer than the tolerance allows is left out.
    """
    home.weights.mkdir(parents=True)
    base = home.weights / "minilm-l6"
    base.symlink_to(base_checkpoint().folder, target_is_directory=True)
    generator = random.Random(11)
    texts = sorted({random_text(generator) for _ in range(TEXTS)})
    queries = []
    for number in range(MODELS):
        method = "head" if number % 4 == 3 else "lora"
        record = publish(home, f"m{number}", "text-classification", method=method, seed=number)
        folder = Registry(home).path(record)
        predictions = Predictor.load(folder, base, precision="float32").predict(texts)
        for text, prediction in zip(texts, predictions, strict=True):
            first, second = sorted(prediction.scores.values(), reverse=True)[:2]
            if first - second > 2 * tolerance:
                queries.append(Query(record.ref, text, prediction.label, prediction.scores))
    return queries


@contextmanager
def run_server(home: Home, log: Path) -> Iterator[tuple[str, psutil.Process]]:
    """The address and the process of a server, on a free port of this machine."""
    command = [sys.executable, "-m", "chainzoo", "serve", "--port", "0", "--json"]
    with log.open("w") as errors:
        child = subprocess.Popen(
            [*command, "--max-concurrent-predictions", str(MAX_CONCURRENT)],
            env={**os.environ, "CHAINZOO_HOME": str(home.root)},
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        try:
            line = child.stdout.readline() if child.stdout else ""
            if not line:
                raise SystemExit(f"The server did not start: {log.read_text()[-2000:]}")
            yield json.loads(line)["url"], psutil.Process(child.pid)
        finally:
            child.terminate()
            child.wait(60)


class PeakMemory:
    """Watch the memory of a process for as long as the block lasts."""

    def __init__(self, process: psutil.Process) -> None:
        self.process = process
        self.peak = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def _watch(self) -> None:
        while not self._done.is_set():
            self.peak = max(self.peak, self.process.memory_info().rss)
            self._done.wait(0.1)

    def __enter__(self) -> PeakMemory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()


@dataclass(frozen=True, slots=True)
class LoadTest:
    """Loads a server with queries drawn at random."""

    url: str
    process: psutil.Process
    queries: list[Query]
    tolerance: float

    def run(self, title: str, clients: int, seconds: float) -> tuple[LoadResult, int]:
        """Load the server and print what came of it; returns also its peak memory in bytes."""
        with PeakMemory(self.process) as memory:
            result = asyncio.run(self.load(clients, seconds))
        print_result(title, result, memory.peak)
        return result, memory.peak

    async def load(self, clients: int, seconds: float) -> LoadResult:
        """Clients that each send one request after the other until the time is up."""
        result = LoadResult()
        started_at = time.perf_counter()

        async def client(number: int) -> None:
            generator = random.Random(number)
            # One connection pool for each: a pool scans all its connections at every request.
            async with httpx.AsyncClient(base_url=self.url, timeout=60, verify=False) as http:
                while True:
                    await self.send(http, generator.choice(self.queries), result)
                    if time.perf_counter() - started_at > seconds:
                        return

        await asyncio.gather(*(client(number) for number in range(clients)))
        result.seconds = time.perf_counter() - started_at
        return result

    async def send(self, http: httpx.AsyncClient, query: Query, result: LoadResult) -> None:
        """Send a request and record the response."""
        started_at = time.perf_counter()
        body = {"model": query.model, "inputs": [query.text]}
        try:
            response = await http.post("/v1/predict", json=body)
        except httpx.HTTPError as error:
            result.statuses[type(error).__name__] += 1
            return
        latency = time.perf_counter() - started_at
        result.statuses[str(response.status_code)] += 1
        if response.status_code == 200:
            result.latencies.append(latency)
            if not matches(query, response.json(), self.tolerance):
                result.wrong.append(f"{query.model} on {query.text[:40]!r}")
        elif response.status_code == 429:
            result.rejection_latencies.append(latency)
            result.without_retry_after += "Retry-After" not in response.headers


def matches(query: Query, response: Any, tolerance: float) -> bool:
    """Whether a response has what the model predicts on its own."""
    (prediction,) = response["predictions"]
    return (
        response["model"] == query.model
        and prediction["label"] == query.label
        and prediction["scores"].keys() == query.scores.keys()
        and all(
            abs(prediction["scores"][label] - score) < tolerance
            for label, score in query.scores.items()
        )
    )


def print_result(title: str, result: LoadResult, peak_memory: int) -> None:
    """Print throughput, latencies, statuses and memory."""
    p50, p99 = np.percentile(result.latencies, [50, 99]) * 1000
    print(
        f"{title}, {result.seconds:.0f} s: {len(result.latencies) / result.seconds:.0f} answers/s,"
        f" p50 {p50:.0f} ms, p99 {p99:.0f} ms; {dict(result.statuses)};"
        f" wrong answers {len(result.wrong)}; peak memory {peak_memory / MB:.0f} MB",
        flush=True,
    )
    if result.rejection_latencies:
        p50, p99 = np.percentile(result.rejection_latencies, [50, 99]) * 1000
        print(
            f"  rejected after p50 {p50:.0f} ms, p99 {p99:.0f} ms;"
            f" without Retry-After {result.without_retry_after}",
            flush=True,
        )


def measure(test: LoadTest, seconds: float) -> tuple[dict[str, bool], dict[str, bool]]:
    """Run the whole load; returns what must hold of the responses, and of memory and recovery."""
    test.run("warm-up, 64 clients", CLIENTS, min(seconds, 3))
    normal, _ = test.run("64 clients", CLIENTS, seconds)
    before = test.process.memory_info().rss
    overload, peak = test.run("256 clients", 4 * CLIENTS, seconds)

    first = asyncio.run(test.load(1, 0.001))
    time.sleep(1)
    after = test.process.memory_info().rss
    print(f"first request afterwards: {dict(first.statuses)} in {1000 * first.seconds:.0f} ms")
    print(
        f"memory before the overload {before / MB:.0f} MB, its peak {peak / MB:.0f} MB,"
        f" afterwards {after / MB:.0f} MB"
    )
    responses = {
        "With 64 clients every status is 200.": set(normal.statuses) == {"200"},
        "In the overload every status is 200 or 429.": set(overload.statuses) == {"200", "429"},
        "No answer is wrong.": not (normal.wrong or overload.wrong or first.wrong),
        "Every rejection has Retry-After.": overload.without_retry_after == 0,
        "The first request afterwards is answered.": set(first.statuses) == {"200"},
    }
    resources = {
        "Memory does not grow.": peak <= MAX_MEMORY_GROWTH * before,
        "It recovers at once.": first.seconds < MAX_RECOVERY_SECONDS,
    }
    return responses, resources


def main(seconds: float, quick: bool) -> bool:
    """Run the benchmark; returns whether all checks hold."""
    precision = resolve_precision("auto")
    tolerance = TOLERANCES[precision]
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home")
        queries = build_queries(home, tolerance)
        print(
            f"{MODELS} models, {len(queries)} queries, {precision}, {psutil.cpu_count()} processors"
        )
        with run_server(home, Path(folder) / "log") as (url, process):
            test = LoadTest(url, process, queries, tolerance)
            responses, resources = measure(test, QUICK_SECONDS if quick else seconds)
    checks = responses if quick else responses | resources
    for check, holds in checks.items():
        print(f"{'ok' if holds else 'FAILED'}: {check}")
    return all(checks.values())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60, help="Length of each load.")
    parser.add_argument("--quick", action="store_true", help="a second each, fewer checks.")
    arguments = parser.parse_args()
    sys.exit(not main(arguments.seconds, arguments.quick))

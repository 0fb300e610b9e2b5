"""A hundred LoRA models on one base: memory, agreement, speed, and the alternatives.

python bench/engine.py [--models 100] [--requests 1500] [--quick]

Adapters and heads are random (rank 8 on all linear layers); half of the models classify texts, half
tokens. Their predictions mean nothing; their costs are those of tuned models. The alternatives are
one ``transformers.pipeline`` a model, and PEFT's ``set_adapter`` and ``adapter_names``.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import psutil

os.environ["TRANSFORMERS_VERBOSITY"] = "error"
os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"

import harness
import torch

from chainzoo.home import Home
from chainzoo.inference.engine import Engine
from chainzoo.inference.engine.threads import limit_threads, physical_cores
from chainzoo.inference.predictor import Predictor
from chainzoo.registry import Lineage, Registry
from chainzoo.tasks import LabelSpace, ModelSettings, get_task
from chainzoo.tuning import Recipe
from chainzoo.tuning.manifest import Manifest
from chainzoo.tuning.methods import apply_method
from chainzoo.tuning.model_folder import save_model

CLIENTS = 32
MB = 1e6
ROUNDS = 3
TASKS = {
    "text-classification": LabelSpace(tuple(f"label {n}" for n in range(8)), "single"),
    "token-classification": LabelSpace(("O", "B-LOC", "I-LOC", "B-PER", "I-PER"), "tokens"),
}
WORDS = str.split(
    "the parcel that Ann Lee sent from Oslo on Monday has not come and nobody in your office could"
    " say where it is or when we may expect it so please call me back before noon with an answer"
)


def publish_models(home: Home, models: int) -> list[str]:
    """Publish random models and return their names; every second one classifies texts."""
    base = home.weights / "minilm-l6"
    registry, names = Registry(home), []
    torch.manual_seed(0)
    for number, (task_name, labels) in enumerate(TASKS.items()):
        task = get_task(task_name)
        recipe = Recipe(task=task_name, model="minilm-l6", lora_rank=8, lora_alpha=16,
                        max_length=128, pooling="mean")  # fmt: skip
        model = apply_method(
            task.build_model(base, ModelSettings(labels, dropout=0.0)), recipe, [], 0
        )
        tokenizer = task.load_processor(base)
        for index in range(number, models, 2):
            for name, value in model.named_parameters():
                if "lora_" in name or name.startswith("head."):
                    torch.nn.init.normal_(value.data, 0, 0.05 if "lora_" in name else 0.3)
            folder = home.root / "tuned"
            save_model(
                model, tokenizer, Manifest(task_name, labels, "minilm-l6", "", recipe), folder
            )
            lineage = Lineage("none", "", recipe.model_dump(mode="json"), "minilm-l6", "", {})
            report = {"metric": "accuracy", "scores": {"accuracy": 0.0}, "rows": 1}
            names.append(f"m{index:03d}")
            registry.publish(names[-1], folder, lineage, report, task=task_name, method="lora")
    return sorted(names)


def text(generator: random.Random) -> str:
    """Return a random text of 5 to 30 words."""
    start = generator.randrange(len(WORDS))
    return " ".join((WORDS * 2)[start : start + generator.randint(5, 30)])


def report_memory(root: Path, names: Sequence[str]) -> None:
    """Print the memory of this process after each of the models has predicted twice."""
    with Engine(Home(root), precision="float32") as engine:
        for _ in range(2):
            futures = [engine.submit(name, ["Where is it? " * 8]) for name in names]
            for future in futures:
                future.result()
        weights = sum(model.bytes for model in engine.loaded())
        print(json.dumps({"rss": psutil.Process().memory_info().rss, "weights": weights}))


def memory_of_process(root: Path, names: Sequence[str]) -> dict[str, int]:
    """Return what ``report_memory`` prints in a new process, in bytes."""
    command = [sys.executable, __file__, "--child", str(root), *names]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    memory: dict[str, int] = json.loads(done.stdout.splitlines()[-1])
    return memory


def load(call: Callable[[str, str], Any], names: Sequence[str], requests: int) -> dict[str, float]:
    """Send requests for random models from 32 threads; return requests a second and latencies."""
    generator = random.Random(7)
    work = [(generator.choice(names), text(generator)) for _ in range(requests)]
    latencies: list[float] = []

    def send(item: tuple[str, str]) -> None:
        started_at = time.perf_counter()
        call(*item)
        latencies.append(time.perf_counter() - started_at)

    with ThreadPoolExecutor(CLIENTS) as clients:
        started_at = time.perf_counter()
        list(clients.map(send, work))
        seconds = time.perf_counter() - started_at
    p50, p99 = np.percentile(latencies, [50, 99]) * 1000
    return {"per_second": requests / seconds, "p50": float(p50), "p99": float(p99)}


def print_load(title: str, result: dict[str, float]) -> None:
    """Print what ``load`` returned."""
    print(
        f"{title:44} {result['per_second']:7.1f}/s   p50 {result['p50']:7.1f} ms   "
        f"p99 {result['p99']:7.1f} ms",
        flush=True,
    )


def median(results: Sequence[dict[str, float]]) -> dict[str, float]:
    """Return the median of each value over several loads."""
    return {key: statistics.median(result[key] for result in results) for key in results[0]}


def numbers(value: Any) -> list[float]:
    """Return all numbers of a prediction, in the order of their names."""
    plain = value.as_dict() if hasattr(value, "as_dict") else value
    if isinstance(plain, dict):
        return [n for key in sorted(plain) for n in numbers(plain[key])]
    if isinstance(plain, list | tuple):
        return [n for item in plain for n in numbers(item)]
    return [float(plain)] if isinstance(plain, float) else []


def difference(home: Home, engine: Engine, names: Sequence[str]) -> tuple[float, int]:
    """Compare the engine with each model on its own.

    Returns the largest difference of a score, and the number of other predictions.
    """
    generator = random.Random(3)
    texts = [text(generator) for _ in range(6)]
    futures = {name: engine.submit(name, texts) for name in names}
    registry, largest, other = Registry(home), 0.0, 0
    for name in names:
        alone = Predictor.load(
            registry.path(registry.get(name)), home.weights / "minilm-l6", precision="float32"
        ).predict(texts)
        for a, b in zip(futures[name].result(), alone, strict=True):
            left, right = numbers(a), numbers(b)
            if len(left) != len(right) or a.summary() != b.summary():
                other += 1
            else:
                largest = max([largest, *(abs(x - y) for x, y in zip(left, right, strict=True))])
    return largest, other


def pipelines(home: Home, names: Sequence[str]) -> Callable[[str, str], Any]:
    """``transformers.pipeline`` for each model, merged, called one at a time."""
    from transformers import (
        BertForSequenceClassification,
        BertForTokenClassification,
        pipeline,
    )

    registry, pipes = Registry(home), {}
    for name in names:
        loaded = Predictor.load(
            registry.path(registry.get(name)), home.weights / "minilm-l6", precision="float32"
        ).loaded
        tokens = loaded.task.name == "token-classification"
        config = loaded.model.encoder.config
        config.num_labels = len(loaded.manifest.labels.names)
        plain = (BertForTokenClassification if tokens else BertForSequenceClassification)(config)
        plain.bert.load_state_dict(loaded.model.encoder.state_dict(), strict=False)
        plain.classifier = loaded.model.head
        pipes[name] = pipeline(loaded.task.name, model=plain.eval(), tokenizer=loaded.tokenizer)
    lock = threading.Lock()

    def call(name: str, value: str) -> Any:
        with lock:
            return pipes[name](value)

    return call


class Peft:
    """All adapters in PEFT on one base."""

    def __init__(self, home: Home, names: Sequence[str]) -> None:
        from peft import PeftModel
        from safetensors.torch import load_file
        from transformers import AutoModel, AutoTokenizer

        registry = Registry(home)
        folders = {name: registry.path(registry.get(name)) for name in names}
        base = home.weights / "minilm-l6"
        bare = AutoModel.from_pretrained(base, dtype=torch.float32, add_pooling_layer=False)
        first, *rest = folders
        self.model = PeftModel.from_pretrained(bare, str(folders[first] / "adapter"), first)
        for name in rest:
            self.model.load_adapter(str(folders[name] / "adapter"), name)
        self.model.eval()
        self.heads = {n: load_file(f / "head.safetensors") for n, f in folders.items()}
        self.tokenizer = AutoTokenizer.from_pretrained(base)
        self.lock = threading.Lock()

    def call(self, name: str, value: str) -> Any:
        """``set_adapter``, then one request."""
        with self.lock, torch.inference_mode():
            self.model.set_adapter(name)
            inputs = self.tokenizer(value, return_tensors="pt")
            hidden = self.model(**inputs).last_hidden_state
            head = self.heads[name]
            return torch.nn.functional.linear(hidden.mean(1), head["weight"], head["bias"])

    def mixed(self, inputs: dict[str, Any], rows: Sequence[str]) -> Any:
        """One batch by ``adapter_names``."""
        with torch.inference_mode():
            return self.model(**inputs, adapter_names=list(rows)).last_hidden_state


def kernels(engine: Engine, peft: Peft, names: Sequence[str]) -> None:
    """A batch of 32 rows, each of another adapter: ours, and PEFT's ``adapter_names``."""
    generator = random.Random(5)
    chosen = names[::2][:CLIENTS]
    inputs = peft.tokenizer([text(generator) for _ in chosen], padding=True, return_tensors="pt")
    models = [engine._models.get(engine.registry.get(name)) for name in chosen]
    shared = models[0].base

    def ours(rows: Sequence[Any]) -> Any:
        shared.routing.set(rows)
        with torch.inference_mode():
            hidden = shared.encoder(**inputs).last_hidden_state
        shared.routing.set(())
        return hidden

    mixed = [model.adapter for model in models]
    ways: dict[str, Callable[[], Any]] = {
        "base alone": lambda: ours([{}] * len(mixed)),
        "ours, one adapter": lambda: ours([mixed[0]] * len(mixed)),
        f"ours, {len(mixed)} adapters": lambda: ours(mixed),
        f"PEFT adapter_names, {len(mixed)} adapters": lambda: peft.mixed(inputs, chosen),
    }
    off = float((ways[f"ours, {len(mixed)} adapters"]() - peft.mixed(inputs, chosen)).abs().max())
    times: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(12):
        for way, run in ways.items():
            started_at = time.perf_counter()
            run()
            times[way].append(1000 * (time.perf_counter() - started_at))
    shape = tuple(inputs["input_ids"].shape)
    for way, each in times.items():
        print(f"one pass of {shape}, {way:34} {statistics.median(each):7.1f} ms")
    print(f"ours and PEFT's hidden states differ by at most {off:.1e}", flush=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """Publish the models and print all measurements."""
    parser = harness.BenchmarkParser(__doc__)
    parser.add_argument("--models", type=int, default=100)
    parser.add_argument("--requests", type=int, default=1500)
    options = parser.parse_args(arguments)
    if options.quick:
        options.models, options.requests = 4, 20
    limit_threads(physical_cores())
    with harness.temporary_home("minilm-l6") as home:
        names = publish_models(home, options.models)
        if not options.quick:
            print_memory(home, names)
        measure(home, names, options.requests)


def print_memory(home: Home, names: list[str]) -> None:
    """Print the memory of a process with one of the models, and with all."""
    one, every = memory_of_process(home.root, names[:1]), memory_of_process(home.root, names)
    print(
        f"resident with 1 model {one['rss'] / MB:.0f} MB, with {len(names)}"
        f" {every['rss'] / MB:.0f} MB: {every['rss'] / one['rss']:.2f} ×"
        f" (weights {one['weights'] / MB:.0f} and {every['weights'] / MB:.0f} MB)"
    )


def measure(home: Home, names: list[str], requests: int) -> None:
    """Print the time of first calls, the agreement, and the speed next to the alternatives."""
    with Engine(home, precision="float32") as engine:
        engine.embed("minilm-l6", ["the base is there before"])
        cold = []
        for name in names:
            started_at = time.perf_counter()
            engine.predict(name, ["Where is my parcel?"])
            cold.append(1000 * (time.perf_counter() - started_at))
        p50, p99 = np.percentile(cold, [50, 99])
        print(f"first call of a cold adapter: p50 {p50:.1f} ms, p99 {p99:.1f} ms"
              f" (the very first {cold[0]:.1f})", flush=True)  # fmt: skip
        largest, other = difference(home, engine, names)
        print(f"largest difference from each model alone {largest:.1e}; other predictions: {other}")

        peft = Peft(home, names)
        kernels(engine, peft, names)

    with Engine(home) as engine:  # As users have it: in half precision where that is faster.

        def ours(name: str, value: str) -> Any:
            return engine.predict(name, [value])

        for name in names:
            engine.warm(name)
        loads = {"text": names[:1], "token": names[1:2], "mixed": names}
        results: dict[str, list[dict[str, float]]] = {key: [] for key in loads}
        for _ in range(ROUNDS):
            for key, chosen in loads.items():
                results[key].append(load(ours, chosen, requests))
        speeds = {key: median(each) for key, each in results.items()}
        print_load("engine, 1 adapter (texts)", speeds["text"])
        print_load("engine, 1 adapter (tokens)", speeds["token"])
        print_load(f"engine, {len(names)} adapters of both kinds", speeds["mixed"])
        alone = 2 / sum(1 / speeds[key]["per_second"] for key in ("text", "token"))
        print(f"mixed / single {speeds['mixed']['per_second'] / alone:.2f}"
              f" ({engine.stats().as_dict()})", flush=True)  # fmt: skip

        # Each holds a whole model, some 100 MB: as many as fit into half of what is free.
        some = names[: int(psutil.virtual_memory().available / 2 / 100e6)]
        for way, call, chosen in (
            (f"transformers.pipeline, {len(some)} models", pipelines(home, some), some),
            (f"PEFT set_adapter, {len(names)} adapters", peft.call, names),
        ):
            load(call, chosen, 20)
            theirs, again = [], []
            for _ in range(ROUNDS):  # In turn, on the same models: both have the same machine.
                theirs.append(load(call, chosen, min(requests, max(requests // 4, 100))))
                again.append(load(ours, chosen, requests))
            print_load(way, median(theirs))
            print_load("engine, in turn with it", median(again))
            ratio = median(again)["per_second"] / median(theirs)["per_second"]
            print(f"ratio {ratio:.1f}", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        report_memory(Path(sys.argv[2]), sys.argv[3:])
    else:
        main()

"""A hundred LoRA models on one base: memory, agreement, speed mixed and alone, and other ways.

python bench/engine.py [--models 100] [--requests 1500]

The adapters and heads are drawn at random (rank 8 on all linear layers), half of them classifiers
of texts, half of tokens: what they answer says nothing, what they cost is what tuned ones cost.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
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

import torch
from material import base

from chainzoo.home import Home
from chainzoo.inference.engine import Engine
from chainzoo.inference.engine.threads import physical_cores, use_cores
from chainzoo.inference.predictor import Predictor
from chainzoo.registry import Lineage, Registry
from chainzoo.tasks import LabelSpace, ModelSettings, get_task
from chainzoo.tuning import Recipe
from chainzoo.tuning.manifest import Manifest
from chainzoo.tuning.methods import apply_method
from chainzoo.tuning.model_folder import save_model

CLIENTS = 32
ROUNDS = 3
TASKS = {
    "text-classification": LabelSpace(tuple(f"label {n}" for n in range(8)), "single"),
    "token-classification": LabelSpace(("O", "B-LOC", "I-LOC", "B-PER", "I-PER"), "tokens"),
}
WORDS = str.split(
    "the parcel that Ann Lee sent from Oslo on Monday has not come and nobody in your office could"
    " say where it is or when we may expect it so please call me back before noon with an answer"
)


def make(home: Home, models: int) -> list[str]:
    """Publish the models; every second one is of texts."""
    (home.weights).mkdir(parents=True)
    found = base().folder
    (home.weights / "minilm-l6").symlink_to(found, target_is_directory=True)
    registry, names = Registry(home), []
    torch.manual_seed(0)
    for number, (task_name, labels) in enumerate(TASKS.items()):
        task = get_task(task_name)
        recipe = Recipe(task=task_name, model="minilm-l6", lora_rank=8, lora_alpha=16,
                        max_length=128, pooling="mean")  # fmt: skip
        model = apply_method(
            task.build_model(found, ModelSettings(labels, dropout=0.0)), recipe, [], 0
        )
        tokenizer = task.load_processor(found)
        for at in range(number, models, 2):
            for name, value in model.named_parameters():
                if "lora_" in name or name.startswith("head."):
                    torch.nn.init.normal_(value.data, 0, 0.05 if "lora_" in name else 0.3)
            folder = home.root / "made"
            save_model(
                model, tokenizer, Manifest(task_name, labels, "minilm-l6", "", recipe), folder
            )
            lineage = Lineage("none", "", recipe.model_dump(mode="json"), "minilm-l6", "", {})
            report = {"metric": "accuracy", "scores": {"accuracy": 0.0}, "rows": 1}
            names.append(f"m{at:03d}")
            registry.publish(names[-1], folder, lineage, report, task=task_name, method="lora")
    return sorted(names)


def text(drawn: random.Random) -> str:
    """Some 5 to 30 words."""
    start = drawn.randrange(len(WORDS))
    return " ".join((WORDS * 2)[start : start + drawn.randint(5, 30)])


def resident(root: Path, names: Sequence[str]) -> None:
    """Of a fresh process: print its memory after each of the models has answered."""
    with Engine(Home(root), precision="float32") as engine:
        for _ in range(2):
            waiting = [engine.submit(name, ["Where is it? " * 8]) for name in names]
            for one in waiting:
                one.result()
        held = sum(one.bytes for one in engine.loaded())
        print(json.dumps({"rss": psutil.Process().memory_info().rss, "weights": held}))


def in_child(root: Path, names: Sequence[str]) -> dict[str, int]:
    told = [sys.executable, __file__, "--child", str(root), *names]
    done = subprocess.run(told, check=True, capture_output=True, text=True)
    found: dict[str, int] = json.loads(done.stdout.splitlines()[-1])
    return found


def load(call: Callable[[str, str], Any], names: Sequence[str], requests: int) -> dict[str, float]:
    """``requests`` calls from the clients at once, each of a model drawn from ``names``."""
    drawn = random.Random(7)
    work = [(drawn.choice(names), text(drawn)) for _ in range(requests)]
    took: list[float] = []

    def one(item: tuple[str, str]) -> None:
        begun = time.perf_counter()
        call(*item)
        took.append(time.perf_counter() - begun)

    with ThreadPoolExecutor(CLIENTS) as clients:
        begun = time.perf_counter()
        list(clients.map(one, work))
        seconds = time.perf_counter() - begun
    p50, p99 = np.percentile(took, [50, 99]) * 1000
    return {"per_second": requests / seconds, "p50": float(p50), "p99": float(p99)}


def say(what: str, found: dict[str, float]) -> None:
    print(f"{what:44} {found['per_second']:7.1f}/s   p50 {found['p50']:7.1f} ms   "
          f"p99 {found['p99']:7.1f} ms", flush=True)  # fmt: skip


def median(many: Sequence[dict[str, float]]) -> dict[str, float]:
    return {key: statistics.median(one[key] for one in many) for key in many[0]}


def numbers(value: Any) -> list[float]:
    """All numbers of a prediction, in an order that names decide."""
    plain = value.as_dict() if hasattr(value, "as_dict") else value
    if isinstance(plain, dict):
        return [n for key in sorted(plain) for n in numbers(plain[key])]
    if isinstance(plain, list | tuple):
        return [n for one in plain for n in numbers(one)]
    return [float(plain)] if isinstance(plain, float) else []


def difference(home: Home, engine: Engine, names: Sequence[str]) -> tuple[float, int]:
    """The largest difference of a score from each model alone, and answers that are other ones."""
    drawn = random.Random(3)
    texts = [text(drawn) for _ in range(6)]
    waiting = {name: engine.submit(name, texts) for name in names}
    registry, most, other = Registry(home), 0.0, 0
    for name in names:
        alone = Predictor.load(
            registry.path(registry.get(name)), home.weights / "minilm-l6", precision="float32"
        ).predict(texts)
        for a, b in zip(waiting[name].result(), alone, strict=True):
            left, right = numbers(a), numbers(b)
            if len(left) != len(right) or a.summary() != b.summary():
                other += 1
            else:
                most = max([most, *(abs(x - y) for x, y in zip(left, right, strict=True))])
    return most, other


def pipelines(home: Home, names: Sequence[str]) -> Callable[[str, str], Any]:
    """``transformers.pipeline`` for each model, merged, called one at a time."""
    from transformers import (
        BertForSequenceClassification,
        BertForTokenClassification,
        pipeline,
    )

    registry, found = Registry(home), {}
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
        found[name] = pipeline(loaded.task.name, model=plain.eval(), tokenizer=loaded.tokenizer)
    turn = threading.Lock()

    def call(name: str, asked: str) -> Any:
        with turn:
            return found[name](asked)

    return call


class Peft:
    """All adapters in PEFT on one base."""

    def __init__(self, home: Home, names: Sequence[str]) -> None:
        from peft import PeftModel
        from safetensors.torch import load_file
        from transformers import AutoModel, AutoTokenizer

        registry = Registry(home)
        folders = {name: registry.path(registry.get(name)) for name in names}
        place = home.weights / "minilm-l6"
        bare = AutoModel.from_pretrained(place, dtype=torch.float32, add_pooling_layer=False)
        first, *rest = folders
        self.model = PeftModel.from_pretrained(bare, str(folders[first] / "adapter"), first)
        for name in rest:
            self.model.load_adapter(str(folders[name] / "adapter"), name)
        self.model.eval()
        self.heads = {n: load_file(f / "head.safetensors") for n, f in folders.items()}
        self.tokenizer = AutoTokenizer.from_pretrained(place)
        self.turn = threading.Lock()

    def call(self, name: str, asked: str) -> Any:
        """``set_adapter``, then one request."""
        with self.turn, torch.inference_mode():
            self.model.set_adapter(name)
            inputs = self.tokenizer(asked, return_tensors="pt")
            hidden = self.model(**inputs).last_hidden_state
            head = self.heads[name]
            return torch.nn.functional.linear(hidden.mean(1), head["weight"], head["bias"])

    def mixed(self, inputs: dict[str, Any], rows: Sequence[str]) -> Any:
        """One batch by ``adapter_names``."""
        with torch.inference_mode():
            return self.model(**inputs, adapter_names=list(rows)).last_hidden_state


def kernels(engine: Engine, peft: Peft, names: Sequence[str]) -> None:
    """A batch of 32 rows, each of another adapter: ours, and PEFT's ``adapter_names``."""
    drawn = random.Random(5)
    chosen = [name for at, name in enumerate(names) if at % 2 == 0][:CLIENTS]
    inputs = peft.tokenizer([text(drawn) for _ in chosen], padding=True, return_tensors="pt")
    tenants = [engine._shelf.model(engine.registry.get(name)) for name in chosen]
    shared = tenants[0].base

    def ours(rows: Sequence[Any]) -> Any:
        shared.route.set(rows)
        with torch.inference_mode():
            found = shared.encoder(**inputs).last_hidden_state
        shared.route.set(())
        return found

    mixed = [tenant.adapter for tenant in tenants]
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
            begun = time.perf_counter()
            run()
            times[way].append(1000 * (time.perf_counter() - begun))
    shape = tuple(inputs["input_ids"].shape)
    for way, each in times.items():
        print(f"one pass of {shape}, {way:34} {statistics.median(each):7.1f} ms")
    print(f"ours and PEFT's hidden states differ by at most {off:.1e}", flush=True)


def main(models: int, requests: int) -> None:
    use_cores(physical_cores())
    with tempfile.TemporaryDirectory() as scratch:
        home = Home(Path(scratch) / "home")
        names = make(home, models)
        one, all_of_them = in_child(home.root, names[:1]), in_child(home.root, names)
        print(
            f"resident with 1 model {one['rss'] / 1e6:.0f} MB, with {models}"
            f" {all_of_them['rss'] / 1e6:.0f} MB: {all_of_them['rss'] / one['rss']:.2f} ×"
            f" (weights {one['weights'] / 1e6:.0f} and {all_of_them['weights'] / 1e6:.0f} MB)"
        )
        measured(home, names, requests)


def measured(home: Home, names: list[str], requests: int) -> None:
    with Engine(home, precision="float32") as engine:
        engine.embed("minilm-l6", ["the base is there before"])
        cold = []
        for name in names:
            begun = time.perf_counter()
            engine.predict(name, ["Where is my parcel?"])
            cold.append(1000 * (time.perf_counter() - begun))
        p50, p99 = np.percentile(cold, [50, 99])
        print(f"first call of a cold adapter: p50 {p50:.1f} ms, p99 {p99:.1f} ms"
              f" (the very first {cold[0]:.1f})", flush=True)  # fmt: skip
        most, other = difference(home, engine, names)
        print(f"largest difference from each model alone {most:.1e}; other answers: {other}")

        peft = Peft(home, names)
        kernels(engine, peft, names)

    with Engine(home) as engine:  # As users have it: in half precision where that is faster.

        def ours(name: str, asked: str) -> Any:
            return engine.predict(name, [asked])

        for name in names:
            engine.warm(name)
        loads = {"text": names[:1], "token": names[1:2], "mixed": names}
        found: dict[str, list[dict[str, float]]] = {key: [] for key in loads}
        for _ in range(ROUNDS):
            for key, chosen in loads.items():
                found[key].append(load(ours, chosen, requests))
        speeds = {key: median(each) for key, each in found.items()}
        say("engine, 1 adapter (texts)", speeds["text"])
        say("engine, 1 adapter (tokens)", speeds["token"])
        say(f"engine, {len(names)} adapters of both kinds", speeds["mixed"])
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
                theirs.append(load(call, chosen, max(requests // 4, 100)))
                again.append(load(ours, chosen, requests))
            say(way, median(theirs))
            say("engine, in turn with it", median(again))
            ratio = median(again)["per_second"] / median(theirs)["per_second"]
            print(f"ratio {ratio:.1f}", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        resident(Path(sys.argv[2]), sys.argv[3:])
    else:
        parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
        parser.add_argument("--models", type=int, default=100)
        parser.add_argument("--requests", type=int, default=1500)
        told = parser.parse_args()
        main(told.models, told.requests)

"""The engine: many tuned models on one base, called from many threads."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor
from dataclasses import asdict
from typing import Any

import pytest
from fasteners import ReaderWriterLock
from random_models import SAMPLES, publish

from chainzoo.errors import PredictionError, RegistryError, UnknownModelError
from chainzoo.home import Home
from chainzoo.inference.engine import Engine
from chainzoo.inference.engine.batching import group_by_length
from chainzoo.inference.engine.tokenizer_cache import TokenizerCache
from chainzoo.inference.predictor import Predictor
from chainzoo.registry import Registry
from chainzoo.tasks import get_task


def predict_alone(home: Home, ref: str, inputs: list[Any]) -> list[Any]:
    """The predictions of a model in a process without an engine, in float32."""
    registry = Registry(home)
    record = registry.get(ref)
    folder = registry.path(record)
    base = None if record.method == "full" else home.weights / record.base
    return Predictor.load(folder, base, precision="float32").predict(inputs)


def is_close(actual: Any, expected: Any) -> bool:
    """Equal, numbers within 1e-4."""
    if isinstance(expected, float):
        return abs(actual - expected) <= 1e-4
    if isinstance(expected, dict):
        return actual.keys() == expected.keys() and all(
            is_close(actual[k], expected[k]) for k in expected
        )
    if isinstance(expected, list | tuple):
        return len(actual) == len(expected) and all(map(is_close, actual, expected))
    return bool(actual == expected)


def agree(actual: list[Any], expected: list[Any]) -> bool:
    return is_close([asdict(item) for item in actual], [asdict(item) for item in expected])


@pytest.fixture
def engine(stocked: Home) -> Iterator[Engine]:
    with Engine(stocked, precision="float32", window_ms=30) as opened:
        yield opened


def test_a_batch_of_all_tasks_gives_what_each_model_gives_alone(
    stocked: Home, engine: Engine
) -> None:
    for seed, (task, _) in enumerate(SAMPLES.items()):
        publish(stocked, f"m{seed}", task, seed=seed, rank=4 + seed)
    publish(stocked, "head-only", "text-classification", method="head", seed=9)
    publish(stocked, "some-layers", "text-classification", seed=8, pooling="cls",
            lora_target_modules=("query", "value"))  # fmt: skip
    requests = {f"m{seed}": inputs for seed, inputs in enumerate(SAMPLES.values())}
    requests["head-only"] = requests["some-layers"] = SAMPLES["text-classification"]
    for name in requests:
        engine.warm(name)
    waiting = {name: engine.submit(name, inputs) for name, inputs in requests.items()}
    for name, inputs in requests.items():
        assert agree(waiting[name].result(30), predict_alone(stocked, name, inputs)), name
    stats = engine.stats()
    assert stats.adapters_per_batch > 1.5, "models did not share batches"
    assert [item.kind for item in engine.loaded()].count("base") == 1


def test_threads_share_batches_and_each_gets_its_own_predictions(
    stocked: Home, engine: Engine
) -> None:
    task = "text-classification"
    for seed in range(6):
        publish(stocked, f"m{seed}", task, seed=seed)
    texts = [f"parcel number {n} has come" for n in range(4)]
    expected = {n: predict_alone(stocked, f"m{n}", texts) for n in range(6)}
    with ThreadPoolExecutor(12) as threads:
        actual = list(threads.map(lambda n: engine.predict(f"m{n % 6}", texts), range(24)))
    for at, answers in enumerate(actual):
        assert agree(answers, expected[at % 6])
    assert engine.stats().batches < 24


def test_a_moved_alias_is_followed_and_no_request_fails(stocked: Home, engine: Engine) -> None:
    task = "text-classification"
    for seed in (1, 2):
        publish(stocked, "m", task, seed=seed)
    text = ["Where is it?"]
    old, new = (predict_alone(stocked, f"m@{version}", text) for version in (1, 2))
    assert not agree(old, new)
    registry = Registry(stocked)
    registry.promote("m@1")
    stop, answers = threading.Event(), []

    def call() -> None:
        while not stop.is_set():
            answers.append(engine.predict("m@production", text))

    callers = [threading.Thread(target=call) for _ in range(3)]
    for caller in callers:
        caller.start()
    for version in (2, 1, 2):
        registry.promote(f"m@{version}")
        expected = predict_alone(stocked, f"m@{version}", text)
        assert agree(engine.predict("m@production", text), expected)
    stop.set()
    for caller in callers:
        caller.join()
    assert all(agree(item, old) or agree(item, new) for item in answers)
    assert engine.stats().failed == 0


def test_the_memory_budget_drops_the_least_recently_used(stocked: Home) -> None:
    for seed in range(4):
        publish(stocked, f"m{seed}", "text-classification", seed=seed)
    with Engine(stocked, precision="float32") as roomy:
        roomy.warm("m0")
        sizes = {item.kind: item.bytes for item in roomy.loaded()}
    budget = (sizes["base"] + 2.5 * sizes["adapter"]) / 1e6
    with Engine(stocked, precision="float32", memory_mb=budget) as engine:
        for name in ("m0", "m1", "m0", "m2"):
            engine.predict(name, ["hello"])
        refs = {item.ref for item in engine.loaded() if item.kind == "adapter"}
        assert refs == {"m0@1", "m2@1"}
        assert engine.stats().bytes <= budget * 1e6
        assert agree(engine.predict("m1", ["hello"]), predict_alone(stocked, "m1", ["hello"]))
        assert engine.stats().evictions == 2


def test_a_fully_tuned_model_has_a_base_of_its_own(stocked: Home, engine: Engine) -> None:
    publish(stocked, "whole", "text-classification", method="full", seed=3)
    publish(stocked, "small", "text-classification", seed=4)
    texts = ["one", "two"]
    for name in ("whole", "small"):
        assert agree(engine.predict(name, texts), predict_alone(stocked, name, texts))
    assert sorted(item.kind for item in engine.loaded()) == ["adapter", "base", "base", "full"]


def test_embeddings_share_the_base(stocked: Home, engine: Engine) -> None:
    from chainzoo.langchain.embeddings import ZooEmbeddings

    publish(stocked, "m", "text-classification")
    engine.warm("m")
    texts = ["a parcel", "an invoice for the parcel that came"]
    actual = engine.embed("minilm-l6", texts)
    assert is_close(actual, ZooEmbeddings("minilm-l6", stocked).embed_documents(texts))
    assert [item.kind for item in engine.loaded()].count("base") == 1
    with pytest.raises(RegistryError, match="not for embeddings"):
        engine.embed("m@1", texts)


def test_a_bad_request_is_an_error_and_no_other_fails(stocked: Home, engine: Engine) -> None:
    publish(stocked, "m", "text-classification")
    publish(stocked, "pairs", "text-ranking")
    good = engine.submit("m", ["hello"])
    with pytest.raises(PredictionError, match="Input 2"):
        engine.predict("pairs", [{"query": "a", "item": "b"}, {"query": "a"}])
    with pytest.raises(PredictionError, match="takes no options, found num_beams"):
        engine.predict("m", ["hello"], num_beams=2)
    with pytest.raises(UnknownModelError, match="no tuned model 'nobody'"):
        engine.predict("nobody", ["hello"])
    assert len(good.result(30)) == 1
    assert engine.predict("m", []) == []


def test_a_request_whose_batch_has_not_begun_can_be_cancelled(stocked: Home) -> None:
    publish(stocked, "m", "text-classification")
    with Engine(stocked, window_ms=300) as engine:
        engine.warm("m")
        waiting = engine.submit("m", ["hello"])
        assert waiting.cancel()
        with pytest.raises(CancelledError):
            waiting.result()
        assert len(engine.predict("m", ["still here"])) == 1
        assert engine.stats().rows == 1


def test_close_finishes_accepted_requests(stocked: Home) -> None:
    publish(stocked, "m", "text-classification")
    engine = Engine(stocked, window_ms=50)
    waiting = [engine.submit("m", [f"text {n}"]) for n in range(5)]
    engine.close()
    assert all(len(item.result(0)) == 1 for item in waiting)
    with pytest.raises(PredictionError, match="closed"):
        engine.predict("m", ["late"])


def test_predictions_are_cached_by_version_and_input(stocked: Home) -> None:
    for seed in (1, 2):
        publish(stocked, "m", "text-classification", seed=seed)
    with Engine(stocked, precision="float32", cache_size=3) as engine:
        first = engine.predict("m@1", ["a", "b"])
        assert engine.predict("m@1", ["b", "c", "a"])[::2] == first[::-1]
        assert engine.stats().cache_hits == 2
        assert engine.stats().rows == 3
        assert engine.predict("m@2", ["a"]) != first[:1]
        engine.predict("m@1", ["b"])  # Forgotten meanwhile: three are kept.
        assert engine.stats().cache_hits == 2


def test_the_predictor_of_an_engine_is_a_runnable(stocked: Home, engine: Engine) -> None:
    publish(stocked, "m", "text-classification")
    predictor = engine.predictor("m")
    expected = predict_alone(stocked, "m", ["one", "two"])
    assert predictor.task == "text-classification"
    assert agree([predictor.invoke("one")], expected[:1])
    assert agree(predictor.batch(["one", "two"]), expected)
    assert agree(asyncio.run(predictor.abatch(["one", "two"])), expected)
    assert agree(list(predictor.predict_many(iter(["one", "two"]))), expected)


def test_rows_are_grouped_by_length() -> None:
    assert group_by_length([3, 30, 29, 4]) == [[1, 2, 3, 0]], (
        "few tokens are split into two batches"
    )
    assert group_by_length([10] * 40, parts=2) == [list(range(20)), list(range(20, 40))]
    apart = group_by_length([10] * 50 + [100] * 20)
    assert [len(batch) for batch in apart] == [20, 50]
    assert all(len(b) * 4000 <= 4096 for b in group_by_length([4000] * 3))


def test_a_generative_model_is_dedicated(home: Home, tmp_path: Any) -> None:
    from tiny import seq2seq

    from chainzoo.registry import Lineage
    from chainzoo.tasks import LabelSpace, ModelSettings, get_task
    from chainzoo.tuning import Recipe
    from chainzoo.tuning.manifest import Manifest
    from chainzoo.tuning.model_folder import save_model

    card = seq2seq(home, tmp_path / "t5", "t5")
    labels, task = LabelSpace((), "text"), get_task("summarization")
    recipe = Recipe(task=task.name, model=card, method="full")
    model = task.build_model(tmp_path / "t5", ModelSettings(labels))
    manifest = Manifest(task.name, labels, card, "", recipe)
    save_model(model, task.load_processor(tmp_path / "t5"), manifest, tmp_path / "made")
    lineage = Lineage("none", "", recipe.model_dump(mode="json"), card, "", {})
    report = {"metric": "loss", "scores": {"loss": 1.0}, "rows": 1}
    Registry(home).publish(
        "short", tmp_path / "made", lineage, report, task=task.name, method="full"
    )
    with Engine(home, precision="float32") as engine:
        actual = engine.predict("short", ["cancel my order"], max_new_tokens=4)
        expected = Predictor.load(tmp_path / "made", precision="float32")
        assert actual == expected.predict(["cancel my order"], max_new_tokens=4)
        assert [item.kind for item in engine.loaded()] == ["dedicated"]


def test_layers_are_prepared_while_other_models_are_called(stocked: Home, engine: Engine) -> None:
    targets = [("query",), ("value",), ("query", "key"), ("dense",)]
    for n, layers in enumerate(targets):
        publish(stocked, f"m{n}", "text-classification", seed=n, lora_target_modules=layers)
    stop, failed = threading.Event(), []

    def call() -> None:
        while not stop.is_set():
            try:
                engine.predict("m0", ["hello there"] * 3)
            except Exception as error:
                failed.append(error)

    caller = threading.Thread(target=call)
    caller.start()
    for n in range(1, 4):
        assert agree(engine.predict(f"m{n}", ["a"]), predict_alone(stocked, f"m{n}", ["a"]))
    stop.set()
    caller.join()
    assert not failed
    assert [item.kind for item in engine.loaded()].count("adapter") == 4


def test_layers_are_replaced_only_between_passes() -> None:
    lock, events, inside = ReaderWriterLock(), [], threading.Event()

    def run_pass() -> None:
        with lock.read_lock():
            inside.set()
            threading.Event().wait(0.05)
            events.append("pass")

    first = threading.Thread(target=run_pass)
    first.start()
    inside.wait(5)
    with lock.write_lock():
        events.append("replace")
        second = threading.Thread(target=run_pass)
        second.start()
        second.join(0.1)
        assert events == ["pass", "replace"]
    second.join(5)
    assert events == ["pass", "replace", "pass"]


def test_the_same_tokenizer_files_are_opened_once(stocked: Home) -> None:
    folder, task = stocked.weights / "minilm-l6", get_task("text-classification")
    tokenizers = TokenizerCache()
    first, lock = tokenizers.open(folder, task)
    assert tokenizers.open(folder, task) == (first, lock)
    assert tokenizers.open(folder, get_task("token-classification"))[0] is first

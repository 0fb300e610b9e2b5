"""The engine: many tuned models on one base, called from many threads."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor
from dataclasses import asdict
from typing import Any

import pytest
from random_models import SAMPLES, publish

from chainzoo.errors import PredictionError, RegistryError, UnknownModelError
from chainzoo.home import Home
from chainzoo.inference.engine import Engine
from chainzoo.inference.engine.batching import buckets
from chainzoo.inference.predictor import Predictor
from chainzoo.registry import Registry


def alone(home: Home, ref: str, inputs: list[Any]) -> list[Any]:
    """What the model answers when nothing else is near it, in float32."""
    registry = Registry(home)
    record = registry.get(ref)
    folder = registry.path(record)
    base = None if record.method == "full" else home.weights / record.base
    return Predictor.load(folder, base, precision="float32").predict(inputs)


def close(found: Any, wanted: Any) -> bool:
    """Equal, numbers within 1e-4."""
    if isinstance(wanted, float):
        return abs(found - wanted) <= 1e-4
    if isinstance(wanted, dict):
        return found.keys() == wanted.keys() and all(close(found[k], wanted[k]) for k in wanted)
    if isinstance(wanted, list | tuple):
        return len(found) == len(wanted) and all(map(close, found, wanted))
    return bool(found == wanted)


def same(found: list[Any], wanted: list[Any]) -> bool:
    return close([asdict(one) for one in found], [asdict(one) for one in wanted])


@pytest.fixture
def engine(stocked: Home) -> Iterator[Engine]:
    with Engine(stocked, precision="float32", window_ms=30) as made:
        yield made


def test_a_batch_of_all_tasks_answers_as_each_model_alone(stocked: Home, engine: Engine) -> None:
    for seed, (task, _) in enumerate(SAMPLES.items()):
        publish(stocked, f"m{seed}", task, seed=seed, rank=4 + seed)
    publish(stocked, "head-only", "text-classification", method="head", seed=9)
    publish(stocked, "some-layers", "text-classification", seed=8, pooling="cls",
            lora_target_modules=("query", "value"))  # fmt: skip
    asked = {f"m{seed}": inputs for seed, inputs in enumerate(SAMPLES.values())}
    asked["head-only"] = asked["some-layers"] = SAMPLES["text-classification"]
    for name in asked:
        engine.warm(name)
    waiting = {name: engine.submit(name, inputs) for name, inputs in asked.items()}
    for name, inputs in asked.items():
        assert same(waiting[name].result(30), alone(stocked, name, inputs)), name
    stats = engine.stats()
    assert stats.adapters_a_batch > 1.5, "they were to share batches"
    assert [one.kind for one in engine.loaded()].count("base") == 1


def test_threads_share_batches_and_each_gets_its_own(stocked: Home, engine: Engine) -> None:
    task = "text-classification"
    for seed in range(6):
        publish(stocked, f"m{seed}", task, seed=seed)
    texts = [f"parcel number {n} has come" for n in range(4)]
    wanted = {n: alone(stocked, f"m{n}", texts) for n in range(6)}
    with ThreadPoolExecutor(12) as threads:
        found = list(threads.map(lambda n: engine.predict(f"m{n % 6}", texts), range(24)))
    for at, answers in enumerate(found):
        assert same(answers, wanted[at % 6])
    assert engine.stats().batches < 24


def test_an_alias_that_moves_is_followed_and_nobody_fails(stocked: Home, engine: Engine) -> None:
    task = "text-classification"
    for seed in (1, 2):
        publish(stocked, "m", task, seed=seed)
    text = ["Where is it?"]
    old, new = (alone(stocked, f"m@{version}", text) for version in (1, 2))
    assert not same(old, new)
    registry = Registry(stocked)
    registry.promote("m@1")
    over, answers = threading.Event(), []

    def call() -> None:
        while not over.is_set():
            answers.append(engine.predict("m@production", text))

    callers = [threading.Thread(target=call) for _ in range(3)]
    for caller in callers:
        caller.start()
    for version in (2, 1, 2):
        registry.promote(f"m@{version}")
        wanted = alone(stocked, f"m@{version}", text)
        assert same(engine.predict("m@production", text), wanted)
    over.set()
    for caller in callers:
        caller.join()
    assert all(same(one, old) or same(one, new) for one in answers)
    assert engine.stats().failed == 0


def test_the_budget_evicts_what_was_not_called_for_longest(stocked: Home) -> None:
    for seed in range(4):
        publish(stocked, f"m{seed}", "text-classification", seed=seed)
    with Engine(stocked, precision="float32") as roomy:
        roomy.warm("m0")
        sizes = {one.kind: one.bytes for one in roomy.loaded()}
    budget = (sizes["base"] + 2.5 * sizes["adapter"]) / 1e6
    with Engine(stocked, precision="float32", memory_mb=budget) as engine:
        for name in ("m0", "m1", "m0", "m2"):
            engine.predict(name, ["hello"])
        kept = {one.ref for one in engine.loaded() if one.kind == "adapter"}
        assert kept == {"m0@1", "m2@1"}
        assert engine.stats().bytes <= budget * 1e6
        assert same(engine.predict("m1", ["hello"]), alone(stocked, "m1", ["hello"]))
        assert engine.stats().evictions == 2


def test_full_and_its_neighbours_have_slots_of_their_own(stocked: Home, engine: Engine) -> None:
    publish(stocked, "whole", "text-classification", method="full", seed=3)
    publish(stocked, "small", "text-classification", seed=4)
    texts = ["one", "two"]
    for name in ("whole", "small"):
        assert same(engine.predict(name, texts), alone(stocked, name, texts))
    assert sorted(one.kind for one in engine.loaded()) == ["adapter", "base", "base", "full"]


def test_embeddings_stand_on_the_same_base(stocked: Home, engine: Engine) -> None:
    from chainzoo.langchain.embeddings import ZooEmbeddings

    publish(stocked, "m", "text-classification")
    engine.warm("m")
    texts = ["a parcel", "an invoice for the parcel that came"]
    found = engine.embed("minilm-l6", texts)
    assert close(found, ZooEmbeddings("minilm-l6", stocked).embed_documents(texts))
    assert [one.kind for one in engine.loaded()].count("base") == 1
    with pytest.raises(RegistryError, match="not for embeddings"):
        engine.embed("m@1", texts)


def test_one_bad_request_is_told_and_takes_none_with_it(stocked: Home, engine: Engine) -> None:
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


def test_what_has_not_begun_can_be_cancelled(stocked: Home) -> None:
    publish(stocked, "m", "text-classification")
    with Engine(stocked, window_ms=300) as engine:
        engine.warm("m")
        waiting = engine.submit("m", ["hello"])
        assert waiting.cancel()
        with pytest.raises(CancelledError):
            waiting.result()
        assert len(engine.predict("m", ["still here"])) == 1
        assert engine.stats().rows == 1


def test_close_finishes_what_is_under_way(stocked: Home) -> None:
    publish(stocked, "m", "text-classification")
    engine = Engine(stocked, window_ms=50)
    waiting = [engine.submit("m", [f"text {n}"]) for n in range(5)]
    engine.close()
    assert all(len(one.result(0)) == 1 for one in waiting)
    with pytest.raises(PredictionError, match="closed"):
        engine.predict("m", ["late"])


def test_answers_are_remembered_by_version_and_input(stocked: Home) -> None:
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
    wanted = alone(stocked, "m", ["one", "two"])
    assert predictor.task == "text-classification"
    assert same([predictor.invoke("one")], wanted[:1])
    assert same(predictor.batch(["one", "two"]), wanted)
    assert same(asyncio.run(predictor.abatch(["one", "two"])), wanted)
    assert same(list(predictor.predict_many(iter(["one", "two"]))), wanted)


def test_rows_of_like_length_go_together() -> None:
    assert buckets([3, 30, 29, 4]) == [[1, 2, 3, 0]], "few tokens are not worth two batches"
    assert buckets([10] * 40, free=2) == [list(range(20)), list(range(20, 40))]
    apart = buckets([10] * 50 + [100] * 20)
    assert [len(batch) for batch in apart] == [20, 50]
    assert all(len(b) * 4000 <= 4096 for b in buckets([4000] * 3))


def test_a_model_that_writes_has_a_slot_of_its_own(home: Home, tmp_path: Any) -> None:
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
        found = engine.predict("short", ["cancel my order"], max_new_tokens=4)
        wanted = Predictor.load(tmp_path / "made", precision="float32")
        assert found == wanted.predict(["cancel my order"], max_new_tokens=4)
        assert [one.kind for one in engine.loaded()] == ["own"]


def test_a_new_layer_is_made_ready_while_others_are_called(stocked: Home, engine: Engine) -> None:
    targets = [("query",), ("value",), ("query", "key"), ("dense",)]
    for n, layers in enumerate(targets):
        publish(stocked, f"m{n}", "text-classification", seed=n, lora_target_modules=layers)
    over, failed = threading.Event(), []

    def call() -> None:
        while not over.is_set():
            try:
                engine.predict("m0", ["hello there"] * 3)
            except Exception as error:
                failed.append(error)

    caller = threading.Thread(target=call)
    caller.start()
    for n in range(1, 4):
        assert same(engine.predict(f"m{n}", ["a"]), alone(stocked, f"m{n}", ["a"]))
    over.set()
    caller.join()
    assert not failed
    assert [one.kind for one in engine.loaded()].count("adapter") == 4

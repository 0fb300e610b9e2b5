"""The whole way with the embedded encoder: tune, evaluate, publish, call, stop, resume."""

from __future__ import annotations

import asyncio
import csv
import json
import os
import signal
import time
from pathlib import Path

import pytest

from chainzoo import Zoo
from chainzoo.errors import RunStoppedError, TuningError
from chainzoo.home import Home
from chainzoo.pipeline import TuningJob, fine_tune
from chainzoo.tuning import Recipe

TICKETS = Path(__file__).parents[1] / "examples/data/support_tickets.csv"
SENTENCES = [
    "Tim Cook spoke in Shenzhen",
    "Angela Merkel met Tim Cook",
    "Shenzhen is far from Berlin",
]


@pytest.fixture
def tickets(tmp_path: Path) -> Path:
    """Eighty tickets of four intents."""
    with TICKETS.open(newline="") as file:
        rows = [
            r for r in csv.DictReader(file) if r["intent"] in ("login", "refund", "bug", "delivery")
        ]
    path = tmp_path / "few.csv"
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, ["text", "intent"])
        writer.writeheader()
        writer.writerows(rows[:80])
    return path


def test_a_classifier_from_file_to_chain(stocked: Home, tickets: Path, tmp_path: Path) -> None:
    zoo = Zoo(stocked)
    run = zoo.tune(tickets, method="head", epochs=1, name="few", validation_split=0.2)
    kinds = [event.kind for event in run.events()]
    assert kinds[0] == "started"
    assert kinds[-1] == "finished"
    model = run.wait()
    assert model.ref == "few@1"
    assert set(model.report["baselines"]) == {"majority class", "TF-IDF + logistic regression"}
    files = {path.name for path in model.folder.iterdir()}
    assert {"report.json", "report.md", "confusion.png", "curves.png", "recipe.toml"} <= files
    assert not any(path.suffix in (".bin", ".pt", ".pkl") for path in model.folder.rglob("*"))

    predictor = zoo.predictor("few")
    texts = ["The parcel never came", "My password does not work", ""]
    batched = predictor.batch(texts)
    single = [predictor.invoke(text) for text in texts]
    assert [p.label for p in batched] == [p.label for p in single]
    assert asyncio.run(predictor.abatch(texts)) == batched
    assert len(list(predictor.predict_many(iter(texts * 300)))) == 900

    llm = zoo.llm("few")
    assert json.loads(llm.invoke(texts[0]))["label"] == batched[0].label
    assert "".join(llm.stream(texts[0])) == llm.invoke(texts[0])
    assert len(llm.batch(texts[:2])) == 2
    assert asyncio.run(llm.ainvoke(texts[0])) == llm.invoke(texts[0])

    output = tmp_path / "out.csv"
    assert zoo.predict_file("few", tickets, output) == 80
    with output.open(newline="") as file:
        first = next(csv.DictReader(file))
    assert set(first) == {"text", "intent", "label", "score"}
    assert zoo.evaluate("few", tickets).rows == 80


@pytest.mark.parametrize("method", ["lora", "full"])
def test_entities_are_found_with_their_offsets(stocked: Home, tmp_path: Path, method: str) -> None:
    spans = [
        [[0, 8, "PER"], [18, 26, "LOC"]],
        [[0, 13, "PER"], [18, 26, "PER"]],
        [[0, 8, "LOC"], [21, 27, "LOC"]],
    ]
    path = tmp_path / "ner.jsonl"
    path.write_text(
        "".join(
            json.dumps({"text": f"{text} {at}", "label": label}) + "\n"
            for at in range(14)
            for text, label in zip(SENTENCES, spans, strict=True)
        )
    )
    recipe = Recipe.of(method=method, epochs=8, name="ner")
    record = fine_tune(stocked, TuningJob(recipe, str(path), tmp_path / "run"))
    assert record.score > 0.8
    prediction = Zoo(stocked).predictor("ner").invoke("Tim Cook spoke in Shenzhen")
    assert [(e.text, e.label, e.start, e.end) for e in prediction.entities] == [
        ("Tim Cook", "PER", 0, 8),
        ("Shenzhen", "LOC", 18, 26),
    ]


def test_a_killed_run_resumes_to_the_same_result(
    stocked: Home, tickets: Path, tmp_path: Path
) -> None:
    recipe = Recipe.of(method="lora", epochs=4, name="few", validation_split=0.2, batch_size=8)
    uninterrupted = fine_tune(stocked, TuningJob(recipe, str(tickets), tmp_path / "run"))
    zoo = Zoo(stocked)
    run = zoo.tune(tickets, recipe=recipe)
    for event in run.events():
        if event.kind == "saved":
            break
    pid = run.record.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    for _ in range(50):
        if run.state == "interrupted":
            break
        time.sleep(0.1)
    assert run.state == "interrupted"
    with pytest.raises(TuningError, match="--resume"):
        run.wait()
    model = zoo.resume(run.id).wait()
    assert model.report["scores"] == uninterrupted.report["scores"]
    predictions = [
        Zoo(stocked).predictor(ref).invoke("The parcel never came") for ref in ("few@1", "few@2")
    ]
    assert predictions[0] == predictions[1]


def test_a_requested_stop_ends_the_run_without_a_model(
    stocked: Home, tickets: Path, tmp_path: Path
) -> None:
    recipe = Recipe.of(method="head", epochs=5, name="few")
    with pytest.raises(RunStoppedError, match="--resume"):
        fine_tune(
            stocked, TuningJob(recipe, str(tickets), tmp_path / "run"), should_stop=lambda: True
        )
    assert Zoo(stocked).models() == []


def test_a_diverging_loss_is_an_error_that_suggests_a_lower_rate(
    stocked: Home, tickets: Path, tmp_path: Path
) -> None:
    recipe = Recipe.of(
        method="full",
        epochs=5,
        name="few",
        learning_rate=1.0,
        max_grad_norm=0,
        optimizer="sgd",
        momentum=0.99,
    )
    with pytest.raises(TuningError, match="Lower the learning rate"):
        fine_tune(stocked, TuningJob(recipe, str(tickets), tmp_path / "run"))

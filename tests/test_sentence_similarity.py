"""Sentence similarity: encoders tuned on pairs of texts, judged by ranks or by correlation."""

from __future__ import annotations

import csv
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr

from chainzoo.data import ReadOptions
from chainzoo.data.examples import SimilarityExample
from chainzoo.data.holdout import hold_out, read_training_data
from chainzoo.data.read import read_table
from chainzoo.errors import PredictionError, RunStoppedError, TaskError
from chainzoo.home import Home
from chainzoo.inference.engine import Engine
from chainzoo.langchain.embeddings import ZooEmbeddings
from chainzoo.modeling.contrastive import cosent_loss, ranking_loss
from chainzoo.modeling.loading import load_sentence_transformer
from chainzoo.pipeline import TuningJob, fine_tune
from chainzoo.registry import ModelRecord
from chainzoo.tasks import LabelSpace, get_task
from chainzoo.tasks.predictions import EmbeddingPrediction, SimilarityPrediction
from chainzoo.tuning import Recipe
from chainzoo.zoo import Zoo
from tests.random_models import publish

TASK = get_task("sentence-similarity")
PAIRS, SCORED = LabelSpace((), "pairs"), LabelSpace((), "similarity")
# Codes that say nothing to an untuned encoder; each of the two words of a pair has its own.
THINGS = {"kettle": "K4", "lamp": "M9", "chair": "T2", "radio": "B7", "tent": "W5", "clock": "H3"}
FAULTS = {"is broken": "red", "is late": "oak", "is too small": "fox", "smells": "ink",
          "has no manual": "sun", "was paid twice": "ice"}  # fmt: skip


@pytest.fixture
def pairs_file(tmp_path: Path) -> Path:
    """36 pairs of a complaint and its code, a quarter of them for evaluation."""
    rows = [
        (f"My {thing} {fault}.", f"{code} {word}")
        for thing, code in THINGS.items()
        for fault, word in FAULTS.items()
    ]
    random.Random(0).shuffle(rows)
    path = tmp_path / "pairs.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["anchor", "positive", "split"])
        for at, row in enumerate(rows):
            writer.writerow([*row, "test" if at % 4 == 0 else "train"])
    return path


def tuned(home: Home, path: Path, workdir: Path, **settings: Any) -> ModelRecord:
    options = {"method": "full", "epochs": 12, "learning_rate": 3e-4, "batch_size": 9}
    recipe = Recipe.of(name="codes", **{**options, **settings})
    return fine_tune(home, TuningJob(recipe, str(path), workdir))


def test_tuning_ranks_unseen_pairs_higher_than_the_untuned_encoder(
    stocked: Home, pairs_file: Path, tmp_path: Path
) -> None:
    record = tuned(stocked, pairs_file, tmp_path / "run")
    baselines = record.report["baselines"]
    assert (record.task, record.metric) == ("sentence-similarity", "mrr")
    assert set(baselines) == {"TF-IDF cosine", "minilm-l6, untuned"}
    assert record.report["rows"] == 9
    assert record.score > baselines["minilm-l6, untuned"]["mrr"] + 0.15


@pytest.mark.parametrize("method", ["full", "lora", "head"])
def test_a_tuned_encoder_gives_the_same_vectors_everywhere(
    method: str, stocked: Home, pairs_file: Path, tmp_path: Path
) -> None:
    tuned(stocked, pairs_file, tmp_path / "run", method=method, epochs=1, pooling="cls")
    texts = ["My lamp smells.", "K4 red", "a text of some more words than the others have"]
    vectors = np.array(ZooEmbeddings("codes", stocked).embed_documents(texts))
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    with Engine(stocked, precision="float32") as engine:
        assert np.allclose(engine.embed("codes", texts), vectors, atol=1e-4)
        (comparison,) = engine.predict("codes", [{"sentence1": texts[0], "sentence2": texts[1]}])
        assert comparison.score == pytest.approx(float(vectors[0] @ vectors[1]), abs=1e-4)
        assert engine.predict("codes", texts[:1])[0] == EmbeddingPrediction(
            tuple(engine.embed("codes", texts[:1])[0])
        )
    exported = Zoo(stocked).export("codes", tmp_path / "exported")
    assert exported.rows == exported.matching_rows
    again = load_sentence_transformer(tmp_path / "exported").encode(texts)
    assert np.allclose(again, vectors, atol=1e-4)


def test_head_only_and_card_share_one_batch_of_the_engine(stocked: Home) -> None:
    publish(stocked, "first", "sentence-similarity", method="head", labels=PAIRS)
    publish(stocked, "second", "sentence-similarity", method="lora", labels=PAIRS, seed=1)
    texts = ["one text", "and another"]
    expected = {name: ZooEmbeddings(name, stocked).embed_documents(texts)
                for name in ("first", "second", "minilm-l6")}  # fmt: skip
    with Engine(stocked, precision="float32", window_ms=50) as engine:
        futures = {name: engine.submit_embed(name, texts) for name in expected}
        for name, future in futures.items():
            assert np.allclose(future.result(), expected[name], atol=1e-4), name


def test_a_stopped_run_resumes_to_the_same_vectors(
    stocked: Home, pairs_file: Path, tmp_path: Path
) -> None:
    settings = {"epochs": 2, "precision": "float32"}
    tuned(stocked, pairs_file, tmp_path / "whole", **settings)
    steps = iter([False, False, True])
    recipe = Recipe.of(name="codes", method="full", learning_rate=3e-4, batch_size=9, **settings)
    job = TuningJob(recipe, str(pairs_file), tmp_path / "cut")
    with pytest.raises(RunStoppedError):
        fine_tune(stocked, job, should_stop=lambda: next(steps))
    resumed = TuningJob(recipe, str(pairs_file), tmp_path / "cut", resume=True)
    fine_tune(stocked, resumed)
    first, second = (
        ZooEmbeddings(f"codes@{version}", stocked).embed_query("My lamp smells.")
        for version in (1, 2)
    )
    assert np.allclose(first, second, atol=1e-6)


def test_rows_held_out_as_another_task_are_not_tuned_on(stocked: Home, tmp_path: Path) -> None:
    path = tmp_path / "faq.csv"
    rows = [
        f"Where is the {n}th desk?,The desk stands in room {n * 7} of the house." for n in range(40)
    ]
    path.write_text("question,answer\n" + "\n".join(rows), encoding="utf-8")
    held = hold_out(stocked, path, 0.25)
    assert read_table(path).task == "dialogue"
    table = read_training_data(stocked, path, ReadOptions(task="sentence-similarity"))
    assert (held.rows, len(table)) == (10, 30)
    record = tuned(stocked, path, tmp_path / "run", task="sentence-similarity", epochs=1)
    assert record.lineage.held_out_rows == 10


def test_tuning_embeddings_is_a_run(stocked: Home, pairs_file: Path) -> None:
    zoo = Zoo(stocked)
    record = zoo.tune_embeddings(pairs_file, name="codes", epochs=1)
    (run,) = zoo.runs()
    assert (run.state, run.record.model) == ("finished", record.ref)
    assert record.method == "lora"


def test_scored_pairs_are_judged_by_spearman(stocked: Home, tmp_path: Path) -> None:
    path = tmp_path / "scored.csv"
    texts = [
        "a red car",
        "a crimson automobile",
        "the sea at night",
        "waves in the dark",
        "a tax form",
    ]
    scores = {(0, 1): 4.5, (2, 3): 4.0, (0, 2): 0.5, (1, 3): 0.0, (0, 4): 1.0, (2, 4): 0.2}
    rows = [f"{texts[a]},{texts[b]},{s}" for (a, b), s in scores.items()] * 3
    path.write_text("sentence1,sentence2,score\n" + "\n".join(rows), encoding="utf-8")
    settings = {"task": "sentence-similarity", "validation_split": 0.4}
    record = tuned(stocked, path, tmp_path / "run", epochs=4, **settings)
    assert record.metric == "spearman"
    assert -1 <= record.score <= 1
    assert record.score >= record.report["baselines"]["TF-IDF cosine"]["spearman"]


def test_ranks_count_the_candidates_that_are_nearer() -> None:
    examples = [SimilarityExample("a", "x", 1.0), SimilarityExample("b", "y", 1.0),
                SimilarityExample("c", "x", 1.0)]  # fmt: skip
    tokens = [np.array(v, dtype=np.float32) for v in ([1, 0], [0, 1], [0.6, 0.8])]
    others = [np.array(v, dtype=np.float32) for v in ([1, 0], [0, 1], [1, 0])]
    from chainzoo.modeling.features import Feature

    features = [Feature((0,), at, 1.0, extra=(1, 1)) for at in range(3)]
    rows = [np.stack(pair) for pair in zip(tokens, others, strict=True)]
    predictions = TASK.decode(rows, features, examples, PAIRS)
    assert [p.rank for p in predictions] == [1, 1, 2]  # "y" is nearer to c than "x".
    assert predictions[2].score == pytest.approx(0.6)
    counts = TASK.sufficient_statistics(examples, predictions, PAIRS).sum(axis=0)
    scores = TASK.scores(counts, PAIRS)
    assert float(scores["mrr"]) == pytest.approx((1 + 1 + 0.5) / 3)
    assert float(scores["recall_at_1"]) == pytest.approx(2 / 3)
    assert [TASK.correct(e, p) for e, p in zip(examples, predictions, strict=True)] == [
        True, True, False,
    ]  # fmt: skip


def test_spearman_is_that_of_scipy() -> None:
    random_numbers = np.random.default_rng(3)
    truth = random_numbers.integers(0, 6, 50) / 2
    cosines = np.clip(truth / 5 + random_numbers.normal(0, 0.3, 50), -1, 1)
    examples = [SimilarityExample("a", "b", float(score)) for score in truth]
    predictions = [SimilarityPrediction(float(cosine)) for cosine in cosines]
    counts = TASK.sufficient_statistics(examples, predictions, SCORED).sum(axis=0)
    scores = TASK.scores(counts, SCORED)
    assert float(scores["spearman"]) == pytest.approx(spearmanr(truth, cosines).statistic)
    assert float(scores["pearson"]) == pytest.approx(np.corrcoef(truth, cosines)[0, 1])


def test_losses_are_those_of_sentence_transformers(minilm: Path) -> None:
    from sentence_transformers.sentence_transformer import losses

    encoder = load_sentence_transformer(minilm)
    torch.manual_seed(0)
    first, second, third = (
        torch.nn.functional.normalize(torch.randn(5, 8), dim=1) for _ in range(3)
    )
    scores = torch.tensor([0.1, 0.9, 0.4, 0.4, 0.0])
    nothing = torch.zeros((5, 10), dtype=torch.bool)
    ours = ranking_loss(first, torch.cat([second, third]), nothing)
    theirs = losses.MultipleNegativesRankingLoss(encoder).compute_loss_from_embeddings(
        [first, second, third], None
    )
    assert float(ours) == pytest.approx(float(theirs), rel=1e-4)
    ours = cosent_loss((first * second).sum(1), scores)
    theirs = losses.CoSENTLoss(encoder).compute_loss_from_embeddings([first, second], scores)
    assert float(ours) == pytest.approx(float(theirs), rel=1e-4)


def test_the_same_text_is_no_negative_of_itself(minilm: Path) -> None:
    examples = [SimilarityExample("a", "x", 1.0), SimilarityExample("b", "x", 1.0, ("y",))]
    tokenizer = TASK.load_processor(minilm)
    batch = TASK.collate(TASK.encode(examples, tokenizer, PAIRS, 32, 0), 0, PAIRS)
    assert batch["parts"].tolist() == [[0, 2, -1], [1, 3, 4]]
    assert bool(batch["same"][2, 3])
    vectors = torch.eye(3)[[0, 1, 2, 2, 0]]  # Texts a, b, x, x, y.
    excluded = batch["same"][[2, 3]][:, [2, 3, 4]]
    loss = ranking_loss(vectors[[0, 1]], vectors[[2, 3, 4]], excluded)
    expected = torch.nn.functional.cross_entropy(
        torch.tensor([[0.0, -torch.inf, 20.0], [-torch.inf, 0.0, 0.0]]), torch.tensor([0, 1])
    )
    assert float(loss) == pytest.approx(float(expected))


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (
            '{"query": "q", "pos": ["p", "r"], "neg": ["n", "m"]}',
            [("q", "p", 1.0, ("n", "m")), ("q", "r", 1.0, ("n", "m"))],
        ),
        ('{"anchor": "q", "positive": "p", "negative": "n"}', [("q", "p", 1.0, ("n",))]),
        (
            '{"anchor": "q", "positive": "p", "negative_1": "n", "negative_2": "m"}',
            [("q", "p", 1.0, ("n", "m"))],
        ),
        ('{"sentence1": "q", "sentence2": "p"}', [("q", "p", 1.0, ())]),
        ('{"sentence1": "q", "sentence2": "p", "score": 3.5}', [("q", "p", 3.5, ())]),
        ('{"question": "Who is it?", "answer": "It is the man from the house next door."}',
         [("Who is it?", "It is the man from the house next door.", 1.0, ())]),
        ('{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "p"}]}',
         [("q", "p", 1.0, ())]),
    ],
)  # fmt: skip
def test_pairs_are_read_in_many_forms(
    rows: str, expected: list[tuple[Any, ...]], tmp_path: Path
) -> None:
    path = tmp_path / "pairs.jsonl"
    path.write_text(rows + "\n", encoding="utf-8")
    table = read_table(path, ReadOptions(task="sentence-similarity"))
    found = [(e.text, e.other, e.score, e.negatives) for e in table.examples]
    assert found == expected


def test_files_of_pairs_are_recognized(pairs_file: Path) -> None:
    table = read_table(pairs_file)
    assert table.task == "sentence-similarity"
    assert table.columns == {"text": "anchor", "similar text": "positive"}


def test_inputs_are_a_text_or_two() -> None:
    assert TASK.parse_input("a") == TASK.parse_input({"text": "a"}) == SimilarityExample("a")
    assert TASK.parse_input({"sentence1": "a", "sentence2": "b"}) == SimilarityExample("a", "b")
    assert TASK.parse_input({"query": "a", "document": "b"}) == SimilarityExample("a", "b")
    with pytest.raises(PredictionError):
        TASK.parse_input(7)
    with pytest.raises(TaskError, match="Line 3: expected two texts"):
        TASK.validate([SimilarityExample("a", line=3)], PAIRS)

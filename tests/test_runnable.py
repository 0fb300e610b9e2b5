"""The Runnable contract: every way of calling agrees, and a trace shows every step."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableLambda
from langchain_core.tracers import Run
from langchain_core.tracers.run_collector import RunCollectorCallbackHandler

from chainzoo import RemoteZoo, Zoo
from chainzoo.errors import PredictionError
from chainzoo.home import Home
from chainzoo.inference.engine import Engine
from chainzoo.inference.predictor import Predictor
from chainzoo.inference.runnable import PredictionRunnable, TaskPredictor
from chainzoo.langchain.question_answering import QuestionAnswerer, RetrievedAnswer
from chainzoo.langchain.relations import RelationExtractor, Triple
from chainzoo.tasks.predictions import RankingPrediction, TextPrediction
from tests.approximate import approximate
from tests.random_models import publish
from tests.running_server import run_server

GOOD = [
    {"query": "warm coat", "item": "A coat of wool"},
    {"query": "rain", "item": "An umbrella"},
    {"query": "tea", "item": "A pot, a cup and a spoon for two persons"},
]
MIXED = [GOOD[0], {"query": "no item"}, GOOD[2]]
KINDS = ("local", "engine", "remote")


@pytest.fixture(scope="module")
def zoo(minilm: Path, tmp_path_factory: pytest.TempPathFactory) -> Zoo:
    home = Home(tmp_path_factory.mktemp("runnable") / "home")
    home.weights.mkdir(parents=True)
    (home.weights / "minilm-l6").symlink_to(minilm, target_is_directory=True)
    for name, task in {
        "ranker": "text-ranking",
        "mood": "text-classification",
        "names": "token-classification",
        "makers": "relation-extraction",
        "reader": "question-answering",
    }.items():
        publish(home, name, task)
    return Zoo(home)


def load(zoo: Zoo, name: str) -> Predictor:
    """A model of the zoo, in float32."""
    folder, base = zoo.registry.path(zoo.describe(name)), zoo.home.weights / "minilm-l6"
    return Predictor.load(folder, base, name=name, precision="float32")


@pytest.fixture(scope="module")
def rankers(zoo: Zoo) -> Iterator[dict[str, TaskPredictor]]:
    """One tuned model, called in this process, through an engine, and over HTTP."""
    with (
        Engine(zoo.home, precision="float32") as engine,
        run_server(zoo, Engine(zoo.home, precision="float32")) as server,
    ):
        remote = RemoteZoo(server.url)
        yield {
            "local": load(zoo, "ranker"),
            "engine": engine.predictor("ranker"),
            "remote": remote.predictor("ranker"),
        }
        remote.close()


@pytest.fixture(params=KINDS)
def ranker(request: pytest.FixtureRequest, rankers: dict[str, TaskPredictor]) -> TaskPredictor:
    return rankers[request.param]


def scores(predictions: list[Any]) -> Any:
    """Numbers as far as batches of other sizes leave them the same."""
    return pytest.approx([prediction.score for prediction in predictions], abs=1e-4)


def tree(run: Run) -> Any:
    """The names of a run and its children."""
    return (run.name, [tree(child) for child in run.child_runs]) if run.child_runs else run.name


async def test_every_way_of_calling_agrees(ranker: TaskPredictor) -> None:
    expected = scores(ranker.predict(GOOD))
    assert [p.score for p in ranker.batch(GOOD)] == expected
    assert [ranker.invoke(row).score for row in GOOD] == expected
    assert [next(iter(ranker.stream(row))).score for row in GOOD] == expected
    assert [(await ranker.ainvoke(row)).score for row in GOOD] == expected
    assert [p.score for p in await ranker.abatch(GOOD)] == expected
    streamed = [[p.score async for p in ranker.astream(row)] for row in GOOD]
    assert [score for (score,) in streamed] == expected
    assert [p.score for p in ranker.predict_many(iter(GOOD))] == expected
    assert ranker.batch([]) == await ranker.abatch([]) == []


async def test_one_bad_input_leaves_the_others_right(ranker: TaskPredictor) -> None:
    expected = scores(ranker.predict([GOOD[0], GOOD[2]]))
    for results in (
        ranker.batch(MIXED, return_exceptions=True),
        await ranker.abatch(MIXED, return_exceptions=True),
    ):
        assert isinstance(results[1], PredictionError)
        assert not str(results[1]).startswith("Input")
        assert [p.score for p in results[::2]] == expected
    with pytest.raises(PredictionError, match="Input 2: Expected"):
        ranker.batch(MIXED)
    with pytest.raises(PredictionError, match="Input 2: Expected"):
        await ranker.abatch(MIXED)
    with pytest.raises(PredictionError, match=r"^Expected"):
        ranker.invoke(MIXED[1])
    with pytest.raises(PredictionError, match=r"^Expected"):
        await ranker.ainvoke(MIXED[1])


async def test_an_option_that_no_input_can_take_fails_every_input(ranker: TaskPredictor) -> None:
    results = ranker.batch(GOOD, return_exceptions=True, num_beams=3)
    assert len(results) == 3
    assert all("num_beams" in str(result) for result in results)


async def test_each_input_has_a_run_of_its_own(ranker: TaskPredictor) -> None:
    for call in ("batch", "abatch"):
        collector = RunCollectorCallbackHandler()
        configs: list[Any] = [
            {"callbacks": [collector], "tags": [f"tag{n}"], "metadata": {"row": n},
             "run_name": f"row {n}"} for n in range(3)
        ]  # fmt: skip
        done = getattr(ranker, call)(MIXED, configs, return_exceptions=True)
        results = done if call == "batch" else await done
        runs = sorted(collector.traced_runs, key=lambda run: run.name)
        assert [run.name for run in runs] == ["row 0", "row 1", "row 2"]
        assert [run.tags for run in runs] == [["tag0"], ["tag1"], ["tag2"]]
        assert [run.metadata["row"] for run in runs] == [0, 1, 2]
        assert [run.inputs for run in runs] == MIXED
        assert [bool(run.error) for run in runs] == [False, True, False]
        assert runs[2].outputs == {"output": results[2]}


async def test_a_run_is_named_after_the_model_and_ends_with_its_error(
    ranker: TaskPredictor,
) -> None:
    collector = RunCollectorCallbackHandler()
    ranker.invoke(GOOD[0], {"callbacks": [collector]})
    await ranker.ainvoke(GOOD[0], {"callbacks": [collector]})
    with pytest.raises(PredictionError):
        ranker.invoke(MIXED[1], {"callbacks": [collector]})
    assert [run.name for run in collector.traced_runs] == ["ranker"] * 3
    assert [bool(run.error) for run in collector.traced_runs] == [False, False, True]


def test_wrappers_of_langchain_apply(ranker: TaskPredictor) -> None:
    expected = scores(ranker.predict([GOOD[0], GOOD[2]]))
    collector = RunCollectorCallbackHandler()
    chain = RunnableLambda(lambda item: {"query": "tea", "item": item}, name="row") | ranker
    results = chain.batch(["A coat", "A cup"], {"callbacks": [collector]})
    assert all(isinstance(result, RankingPrediction) for result in results)
    assert [tree(run) for run in collector.traced_runs] == [
        ("RunnableSequence", ["row", "ranker"])
    ] * 2
    named = ranker.with_config(run_name="scorer", tags=["shop"], callbacks=[collector])
    named.batch([GOOD[0]])
    assert (collector.traced_runs[-1].name, collector.traced_runs[-1].tags) == ("scorer", ["shop"])
    default = RunnableLambda(lambda _: RankingPrediction(-1.0))
    safe = ranker.with_fallbacks([default]).batch(MIXED)
    assert safe[1].score == -1.0
    assert [p.score for p in safe[::2]] == expected
    retried = ranker.with_retry(stop_after_attempt=2, wait_exponential_jitter=False)
    assert [p.score for p in retried.batch([GOOD[0], GOOD[2]])] == expected
    again = retried.batch(MIXED, return_exceptions=True)
    assert isinstance(again[1], PredictionError)


@pytest.mark.filterwarnings("ignore:This API is in beta")  # Said of as_tool.
def test_schemas_are_those_of_the_task(rankers: dict[str, TaskPredictor], zoo: Zoo) -> None:
    for ranker in rankers.values():
        schema = ranker.get_input_jsonschema()
        row = schema["$defs"]["TextRankingInput"] if "$defs" in schema else schema
        assert row["required"] == ["query", "item"]
        assert ranker.OutputType is RankingPrediction
        assert "score" in str(ranker.get_output_jsonschema())
    mood = zoo.predictor("mood")
    assert mood.InputType is str
    assert mood.get_input_jsonschema()["type"] == "string"
    output = mood.get_output_jsonschema()["$defs"]["TextPrediction"]
    assert set(output["properties"]) == {"label", "score", "labels", "scores"}
    assert mood.OutputType is TextPrediction
    assert mood.as_tool(name="mood", description="The mood.").invoke("Thank you!") == mood.invoke(
        "Thank you!"
    )
    relations = zoo.relations("makers", entities="names")
    assert relations.InputType is str
    assert relations.OutputType == list[Triple]
    assert "relation" in str(relations.get_output_jsonschema())
    reader = zoo.question_answering("reader", Passages(texts=[]))
    assert (reader.InputType, reader.OutputType) == (str, RetrievedAnswer)
    assert "passages" in str(reader.get_output_jsonschema())


class Passages(BaseRetriever):
    """Returns the same texts for every question."""

    texts: list[str]

    def _get_relevant_documents(self, query: str, *, run_manager: object) -> list[Document]:
        if query == "broken":
            raise OSError("the index is gone")
        return [Document(text) for text in self.texts]


@pytest.fixture
def reader(zoo: Zoo) -> QuestionAnswerer:
    texts = ["On Monday Ann came by train.", "Bo left."]
    return zoo.question_answering("reader", Passages(texts=texts, name="passages"))


@pytest.fixture
def relations(zoo: Zoo) -> RelationExtractor:
    return zoo.relations("makers", entities="names")


TEXTS = ["Ann Lee went to Oslo with Bo.", "Rain.", "Ada met Bo in Rome. Max stayed."]


@pytest.mark.parametrize("name", ["reader", "relations"])
async def test_every_way_of_calling_a_chain_agrees(
    name: str, request: pytest.FixtureRequest
) -> None:
    chain: PredictionRunnable[Any, Any] = request.getfixturevalue(name)
    expected = approximate([chain.invoke(text) for text in TEXTS])
    assert approximate(chain.predict(TEXTS)) == expected
    assert approximate(chain.batch(TEXTS, {"max_concurrency": 1})) == expected
    assert approximate(await chain.abatch(TEXTS)) == expected
    assert approximate([await chain.ainvoke(text) for text in TEXTS]) == expected
    assert approximate([next(iter(chain.stream(text))) for text in TEXTS]) == expected


async def test_a_trace_shows_the_retriever_and_the_model_of_each_question(
    reader: QuestionAnswerer,
) -> None:
    steps = ("QuestionAnswerer", ["passages", "reader@1", "reader@1"])
    for call in ("invoke", "ainvoke", "batch", "abatch"):
        collector = RunCollectorCallbackHandler()
        questions: Any = ["Who came?", "Who left?"] if "batch" in call else "Who came?"
        done = getattr(reader, call)(questions, {"callbacks": [collector], "tags": ["qa"]})
        if call.startswith("a"):
            await done
        assert [tree(run) for run in collector.traced_runs] == [steps] * (1 + ("batch" in call))
        for run in collector.traced_runs:
            assert [child.run_type for child in run.child_runs] == ["retriever", "llm", "llm"]
            assert all("qa" in (child.tags or ()) for child in run.child_runs)
            assert {child.inputs["question"] for child in run.child_runs[1:]} == {
                run.inputs["input"]
            }


def test_a_question_whose_retriever_fails_leaves_the_others_right(
    reader: QuestionAnswerer,
) -> None:
    results = reader.batch(["Who came?", "broken", "Who left?"], return_exceptions=True)
    assert isinstance(results[1], OSError)
    assert approximate(results[::2]) == approximate(reader.batch(["Who came?", "Who left?"]))
    with pytest.raises(OSError, match="index is gone"):
        reader.batch(["Who came?", "broken"])


def test_a_question_without_passages_has_no_answer(zoo: Zoo) -> None:
    reader = zoo.question_answering("reader", Passages(texts=[]))
    assert reader.invoke("Who came?") == RetrievedAnswer(None, 0.0, None, 0, 0, ())


def test_a_trace_shows_both_models_of_each_text(relations: RelationExtractor) -> None:
    collector = RunCollectorCallbackHandler()
    relations.batch([*TEXTS, ""], {"callbacks": [collector]})
    for run, text in zip(collector.traced_runs, [*TEXTS, ""], strict=True):
        assert (run.name, run.inputs["input"]) == ("RelationExtractor", text)
        tagger, *pairs = run.child_runs
        assert (tagger.name, tagger.inputs["input"]) == ("names@1", text)
        assert {pair.name for pair in pairs} <= {"makers@1"}
        assert all(pair.inputs["input"].text == text for pair in pairs)
    assert any(len(run.child_runs) > 1 for run in collector.traced_runs)


def test_a_text_that_does_not_fit_leaves_the_others_right(relations: RelationExtractor) -> None:
    results = relations.batch([TEXTS[0], 7, TEXTS[2]], return_exceptions=True)  # type: ignore[list-item]
    assert isinstance(results[1], PredictionError)
    assert approximate(results[::2]) == approximate(relations.batch([TEXTS[0], TEXTS[2]]))


def test_relations_work_through_an_engine(zoo: Zoo) -> None:
    names, makers = (load(zoo, name) for name in ("names", "makers"))
    expected = approximate(RelationExtractor(names, makers).batch(TEXTS))
    with Engine(zoo.home, precision="float32") as engine:
        chain = RelationExtractor(engine.predictor("names"), engine.predictor("makers"))
        assert approximate(chain.batch(TEXTS)) == expected


def test_a_model_of_another_task_is_refused(zoo: Zoo) -> None:
    with pytest.raises(PredictionError, match=r"mood@1 is a model of text-classification.*needs"):
        zoo.question_answering("mood", Passages(texts=[]))
    with pytest.raises(PredictionError, match="needs a model of token-classification"):
        zoo.relations("makers", entities="mood")
    with pytest.raises(PredictionError, match="needs a model of relation-extraction"):
        zoo.relations("mood", entities="names")

"""The client: a server's models give the types and values of local ones, and errors explain themselves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from chainzoo import RemoteZoo, Zoo
from chainzoo.errors import NoServerError, RemoteError
from chainzoo.home import Home
from chainzoo.inference.engine import Engine
from chainzoo.inference.predictor import Predictor
from tests.approximate import approximate
from tests.random_models import SAMPLES, publish
from tests.running_server import run_server

NAMES = {
    "mood": "text-classification",
    "names": "token-classification",
    "makers": "relation-extraction",
    "reader": "question-answering",
    "ranker": "text-ranking",
    "vectors": "sentence-similarity",
}


@pytest.fixture(scope="module")
def zoo(minilm: Any, tmp_path_factory: pytest.TempPathFactory) -> Zoo:
    """A tuned model of each task."""
    home = Home(tmp_path_factory.mktemp("remote") / "home")
    home.weights.mkdir(parents=True)
    (home.weights / "minilm-l6").symlink_to(minilm, target_is_directory=True)
    for name, task in NAMES.items():
        publish(home, name, task)
    return Zoo(home)


@pytest.fixture(scope="module")
def remote(zoo: Zoo) -> Iterator[RemoteZoo]:
    with run_server(zoo, Engine(zoo.home, precision="float32")) as server:
        client = RemoteZoo(server.url)
        yield client
        client.close()


@pytest.mark.parametrize("name", NAMES)
def test_predictions_equal_local_ones(zoo: Zoo, remote: RemoteZoo, name: str) -> None:
    samples = SAMPLES[NAMES[name]]
    folder, base = zoo.registry.path(zoo.describe(name)), zoo.home.weights / "minilm-l6"
    expected = Predictor.load(folder, base, precision="float32").batch(samples)
    actual = remote.predictor(name).batch(samples)
    assert [type(prediction) for prediction in actual] == [
        type(prediction) for prediction in expected
    ]
    for remote_value, local in zip(actual, expected, strict=True):
        assert approximate(remote_value.as_dict(), 1e-3) == approximate(local.as_dict(), 1e-3)


async def test_invoke_batch_and_abatch_agree(remote: RemoteZoo) -> None:
    mood = remote.predictor("mood@1")
    texts = ["Thank you!", "The parcel is late again."]
    labels = [prediction.label for prediction in mood.batch(texts)]
    assert [mood.invoke(text).label for text in texts] == labels
    assert [prediction.label for prediction in await mood.abatch(texts)] == labels
    assert mood.predict([]) == []


def test_an_llm_returns_the_prediction_as_json(remote: RemoteZoo) -> None:
    answer = json.loads(remote.llm("mood").invoke("Thank you!"))
    assert answer["label"] == remote.predictor("mood").invoke("Thank you!").label


def test_embeddings_equal_local_ones(zoo: Zoo, remote: RemoteZoo) -> None:
    texts = ["good morning", "", "a much longer text about a parcel that was late"]
    expected = zoo.embeddings().embed_documents(texts)
    actual = remote.embeddings().embed_documents(texts)
    for vector, local in zip(actual, expected, strict=True):
        assert vector == pytest.approx(local, abs=0.01)
    assert remote.embeddings().embed_query(texts[0]) == pytest.approx(actual[0], abs=0.01)


def test_models_are_listed(remote: RemoteZoo) -> None:
    assert {"mood@1", "names@1", "minilm-l6"} <= {model["id"] for model in remote.models()}


def test_tools_run_on_the_server_and_ask_for_approval_here(zoo: Zoo, remote: RemoteZoo) -> None:
    approvals: list[tuple[str, str]] = []

    def answering(approved: bool) -> Any:
        return lambda tool, plan: approvals.append((tool, plan)) or approved

    def tool(name: str, approve: Any = None) -> Any:
        return next(tool for tool in remote.tools(approve) if tool.name == name)

    assert len(remote.tools()) == 15
    assert "mood@1" in tool("list_models").invoke({})
    arguments = {"model": "mood@1", "alias": "production"}
    assert "needs a person's approval" in tool("promote_model").invoke(arguments)
    assert "declined" in tool("promote_model", answering(False)).invoke(arguments)
    assert "production" not in zoo.describe("mood").aliases
    tool("promote_model", answering(True)).invoke(arguments)
    assert "production" in zoo.describe("mood").aliases
    assert [name for name, _ in approvals] == ["promote_model", "promote_model"]
    assert all("mood@1" in plan for _, plan in approvals)
    assert "nosuch" in tool("describe_model").invoke({"model": "nosuch"})


def test_a_refusal_is_an_error_with_its_status(remote: RemoteZoo) -> None:
    with pytest.raises(RemoteError, match="There is no tuned model 'nosuch'") as refused:
        remote.predictor("nosuch")
    assert refused.value.status == 404
    with pytest.raises(RemoteError, match="num_beams"):
        remote.predictor("names").predict(["Ann"], num_beams=3)


def test_a_wrong_token_and_a_missing_server_are_errors(
    zoo: Zoo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CHAINZOO_TOKEN", raising=False)
    with run_server(zoo, token="secret") as server:
        for token in (None, "other"):
            with pytest.raises(RemoteError, match="token is missing or wrong") as refused:
                RemoteZoo(server.url, token).models()
            assert refused.value.status == 401
        assert RemoteZoo(f"{server.url}/v1", "secret").models()
        monkeypatch.setenv("CHAINZOO_TOKEN", "secret")
        assert RemoteZoo(server.url).models()
        url = server.url
    with pytest.raises(NoServerError, match="did not answer"):
        RemoteZoo(url).models()
    with pytest.raises(RemoteError, match=r"did not answer|is no address"):
        RemoteZoo("no address at all").models()


def test_a_busy_server_is_retried(zoo: Zoo) -> None:
    with run_server(zoo, max_concurrent_predictions=1) as server:
        slot = server.services.predictions.acquire()
        with pytest.raises(RemoteError, match="busy") as refused:
            RemoteZoo(server.url, retries=0).embeddings().embed_query("a")
        assert refused.value.status == 429
        patient = RemoteZoo(server.url, retries=1)
        request = patient.transport.client.request

        def respond_and_free(*args: Any, **kwargs: Any) -> Any:
            answer = request(*args, **kwargs)
            slot.release()
            return answer

        patient.transport.client.request = respond_and_free  # type: ignore[method-assign]
        assert len(patient.embeddings().embed_query("a")) == 384

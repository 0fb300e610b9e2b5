"""A server's models as if they were here: the same types, the same answers, errors in sentences."""

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
from tests.random_models import SAMPLES, publish
from tests.running_server import run_server

NAMES = {
    "mood": "text-classification",
    "names": "token-classification",
    "makers": "relation-extraction",
    "reader": "question-answering",
    "ranker": "text-ranking",
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
        found = RemoteZoo(server.url)
        yield found
        found.close()


@pytest.mark.parametrize("name", NAMES)
def test_predictions_are_those_that_are_made_here(zoo: Zoo, remote: RemoteZoo, name: str) -> None:
    samples = SAMPLES[NAMES[name]]
    folder, base = zoo.registry.path(zoo.describe(name)), zoo.home.weights / "minilm-l6"
    here = Predictor.load(folder, base, precision="float32").batch(samples)
    there = remote.predictor(name).batch(samples)
    assert [type(one) for one in there] == [type(one) for one in here]
    for one, other in zip(there, here, strict=True):
        assert plain(one.as_dict()) == plain(other.as_dict())


def plain(value: Any) -> Any:
    """A prediction with its numbers as far as another batch leaves them the same."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return pytest.approx(value, abs=1e-3) if isinstance(value, float) else value


async def test_one_and_many_awaited_or_not(remote: RemoteZoo) -> None:
    mood = remote.predictor("mood@1")
    texts = ["Thank you!", "The parcel is late again."]
    labels = [one.label for one in mood.batch(texts)]
    assert [mood.invoke(text).label for text in texts] == labels
    assert [one.label for one in await mood.abatch(texts)] == labels
    assert mood.predict([]) == []


def test_an_llm_writes_the_prediction_as_json(remote: RemoteZoo) -> None:
    said = json.loads(remote.llm("mood").invoke("Thank you!"))
    assert said["label"] == remote.predictor("mood").invoke("Thank you!").label


def test_embeddings_are_those_that_are_made_here(zoo: Zoo, remote: RemoteZoo) -> None:
    texts = ["good morning", "", "a much longer text about a parcel that was late"]
    there, here = remote.embeddings().embed_documents(texts), zoo.embeddings()
    for one, other in zip(there, here.embed_documents(texts), strict=True):
        assert one == pytest.approx(other, abs=0.01)
    assert remote.embeddings().embed_query(texts[0]) == pytest.approx(there[0], abs=0.01)


def test_models_are_listed(remote: RemoteZoo) -> None:
    assert {"mood@1", "names@1", "minilm-l6"} <= {model["id"] for model in remote.models()}


def test_tools_are_done_there_and_ask_here(zoo: Zoo, remote: RemoteZoo) -> None:
    asked: list[tuple[str, str]] = []

    def person(says: bool) -> Any:
        return lambda tool, plan: asked.append((tool, plan)) or says

    def tool(name: str, approve: Any = None) -> Any:
        return next(tool for tool in remote.tools(approve) if tool.name == name)

    assert len(remote.tools()) == 15
    assert "mood@1" in tool("list_models").invoke({})
    told = {"model": "mood@1", "alias": "production"}
    assert "needs a person's approval" in tool("promote_model").invoke(told)
    assert "declined" in tool("promote_model", person(False)).invoke(told)
    assert "production" not in zoo.describe("mood").aliases
    tool("promote_model", person(True)).invoke(told)
    assert "production" in zoo.describe("mood").aliases
    assert [name for name, _ in asked] == ["promote_model", "promote_model"]
    assert all("mood@1" in plan for _, plan in asked)
    assert "nosuch" in tool("describe_model").invoke({"model": "nosuch"})


def test_what_is_wrong_is_a_sentence(remote: RemoteZoo) -> None:
    with pytest.raises(RemoteError, match="There is no tuned model 'nosuch'") as unknown:
        remote.predictor("nosuch")
    assert unknown.value.status == 404
    with pytest.raises(RemoteError, match="num_beams"):
        remote.predictor("names").predict(["Ann"], num_beams=3)


def test_a_wrong_token_and_no_server_are_sentences(
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


def test_a_busy_server_is_asked_again(zoo: Zoo) -> None:
    with run_server(zoo, max_concurrent_predictions=1) as server:
        slot = server.services.predictions.acquire()
        with pytest.raises(RemoteError, match="busy") as refused:
            RemoteZoo(server.url, retries=0).embeddings().embed_query("a")
        assert refused.value.status == 429
        patient = RemoteZoo(server.url, retries=1)
        get = patient.transport.client.request

        def then_free(*told: Any, **more: Any) -> Any:
            answer = get(*told, **more)
            slot.release()
            return answer

        patient.transport.client.request = then_free  # type: ignore[method-assign]
        assert len(patient.embeddings().embed_query("a")) == 384

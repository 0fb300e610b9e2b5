"""The server through the ``openai`` client, and what is ChainZoo's own through plain HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import openai
import pytest

from chainzoo import Zoo
from chainzoo.home import Home
from tests.served import Running, running, write_tickets

SMOL = "smollm2-135m"
WEATHER: Any = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather in a city.",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
        },
    },
}
ASKED: Any = [{"role": "user", "content": "What is the weather in Paris?"}]


@pytest.fixture(scope="module")
def server(ticketed: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(Zoo(ticketed), roots=(tmp_path_factory.getbasetemp(),)) as found:
        yield found


@pytest.fixture(scope="module")
def client(server: Running) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{server.url}/v1", api_key="none", max_retries=0)


@pytest.fixture
def http(server: Running) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=60) as found:
        yield found


def test_models_are_listed_with_what_they_are_for(client: openai.OpenAI) -> None:
    found = {model.id: model for model in client.models.list()}
    assert {"tickets@1", "minilm-l6", SMOL, "tiny-llama"} <= set(found)
    assert client.models.retrieve("tickets").id == "tickets@1"
    with pytest.raises(openai.NotFoundError, match="no tuned model 'nosuch'"):
        client.models.retrieve("nosuch")


def test_chat_whole_and_streamed_say_the_same(client: openai.OpenAI) -> None:
    told: Any = {"model": SMOL, "messages": ASKED, "max_tokens": 12}
    whole = client.chat.completions.create(**told)
    assert whole.choices[0].finish_reason == "length"
    assert whole.usage is not None
    assert whole.usage.completion_tokens == 12
    chunks = list(
        client.chat.completions.create(**told, stream=True, stream_options={"include_usage": True})
    )
    pieces = [c.choices[0].delta.content or "" for c in chunks if c.choices]
    assert "".join(pieces) == whole.choices[0].message.content
    assert len(pieces) > 2
    assert chunks[-1].usage == whole.usage


def test_a_tool_is_called_and_its_result_answered(client: openai.OpenAI) -> None:
    told: Any = {"model": SMOL, "tools": [WEATHER], "max_tokens": 60}
    whole = client.chat.completions.create(messages=ASKED, tool_choice="required", **told)
    message = whole.choices[0].message
    assert whole.choices[0].finish_reason == "tool_calls"
    (call,) = message.tool_calls or []
    assert call.type == "function"
    assert call.function.name == "get_weather"
    assert "Paris" in json.loads(call.function.arguments)["city"]

    result: Any = {"role": "tool", "tool_call_id": call.id, "content": "Sunny, 21 degrees."}
    again: Any = [*ASKED, message.model_dump(exclude_none=True), result]
    answer = client.chat.completions.create(messages=again, tool_choice="none", **told)
    assert answer.choices[0].message.content
    assert not answer.choices[0].message.tool_calls


def test_a_streamed_call_is_whole(client: openai.OpenAI) -> None:
    named: Any = {"type": "function", "function": {"name": "get_weather"}}
    chunks = client.chat.completions.create(
        model=SMOL, messages=ASKED, tools=[WEATHER], tool_choice=named, stream=True, max_tokens=60
    )
    deltas = [c.choices[0] for c in chunks if c.choices]
    calls = [call for d in deltas for call in d.delta.tool_calls or ()]
    assert "city" in json.loads("".join(c.function.arguments or "" for c in calls if c.function))
    assert deltas[-1].finish_reason == "tool_calls"


def test_an_answer_is_held_to_a_json_schema(client: openai.OpenAI) -> None:
    schema = {
        "type": "object",
        "properties": {
            "mood": {"enum": ["good", "bad"]},
            "stars": {"type": "integer", "minimum": 1, "maximum": 5},
        },
        "required": ["mood", "stars"],
        "additionalProperties": False,
    }
    form: Any = {"type": "json_schema", "json_schema": {"name": "review", "schema": schema}}
    for model in (SMOL, "tiny-llama"):  # The tiny one has random weights: only the schema helps.
        answer = client.chat.completions.create(
            model=model,
            messages=[{"role": "user", "content": "Great phone! Rate it."}],
            response_format=form,
            max_tokens=60,
        )
        found = json.loads(answer.choices[0].message.content or "")
        assert found["mood"] in ("good", "bad")
        assert 1 <= found["stars"] <= 5


def test_embeddings_as_floats_and_as_base64(client: openai.OpenAI, ticketed: Home) -> None:
    texts = ["hello", "good day"]
    packed = client.embeddings.create(model="minilm-l6", input=texts)
    plain = client.embeddings.create(model="minilm-l6", input=texts, encoding_format="float")
    here = Zoo(ticketed).embeddings().embed_documents(texts)
    for at, row in enumerate(here):
        assert packed.data[at].embedding == pytest.approx(plain.data[at].embedding, abs=1e-6)
        # The engine runs in bfloat16 where that is faster: vectors point the same way.
        assert np.dot(plain.data[at].embedding, row) > 0.999
        assert np.linalg.norm(plain.data[at].embedding) == pytest.approx(1, abs=1e-5)
    assert plain.usage.prompt_tokens == 7  # [CLS] hello [SEP] and [CLS] good day [SEP].


def test_completions_of_a_classifier_are_json(client: openai.OpenAI) -> None:
    told: Any = {"model": "tickets", "prompt": ["refund my card", "where is my parcel"]}
    found = client.completions.create(**told)
    assert [json.loads(c.text)["label"] for c in found.choices] == ["billing", "delivery"]
    streamed = client.completions.create(**told, stream=True)
    assert [c.choices[0].text for c in streamed] == [c.text for c in found.choices]


def test_predictions_are_those_of_the_predictor(http: httpx.Client, ticketed: Home) -> None:
    texts = ["refund my card", "where is my parcel"]
    told = http.post("/v1/predict", json={"model": "tickets@1", "inputs": texts}).json()
    here = Zoo(ticketed).predictor("tickets").predict(texts)
    assert (told["model"], told["task"]) == ("tickets@1", "text-classification")
    assert [p["label"] for p in told["predictions"]] == [p.label for p in here]
    assert [p["score"] for p in told["predictions"]] == pytest.approx([p.score for p in here])


def test_talk_whole_and_as_events(http: httpx.Client, tmp_path: Path) -> None:
    told = http.post("/v1/agent", json={"message": "which models are tuned?"}).json()
    assert [call["tool"] for call in told["tool_calls"]] == ["list_models"]
    assert "tickets@1" in told["text"]
    listed = http.get("/v1/agent/threads").json()["threads"]
    assert told["thread"] in [thread["thread"] for thread in listed]
    body = {"message": "which models are tuned?", "stream": True}
    with http.stream("POST", "/v1/agent", json=body) as response:
        names = [line[7:] for line in response.iter_lines() if line.startswith("event: ")]
    assert names[0] == "thread"
    assert {"tool_call", "tool_result", "text"} <= set(names)
    assert names[-1] == "done"


def test_a_plan_waits_in_its_thread_until_somebody_decides(
    http: httpx.Client, tmp_path: Path
) -> None:
    data = write_tickets(tmp_path / "more.csv")
    said = f"tune minilm-l6 on {data} with head for 1 epoch, name it more"
    told = http.post("/v1/agent", json={"message": said}).json()
    (request,) = told["approval_requests"]
    assert request["tool"] == "tune_model"
    path = f"/v1/agent/threads/{told['thread']}"
    assert http.get(path).json()["approval_requests"][0]["id"] == request["id"]
    busy = http.post("/v1/agent", json={"message": "hello", "thread": told["thread"]})
    assert busy.status_code == 409
    wrong = {"thread": told["thread"], "decisions": {"nosuch": {"type": "approve"}}}
    assert http.post("/v1/agent", json=wrong).status_code == 409
    no = {"thread": told["thread"], "decisions": {request["id"]: {"type": "reject"}}}
    assert http.post("/v1/agent", json=no).status_code == 200
    assert http.get(path).json()["approval_requests"] == []
    assert http.get("/v1/runs").json()["runs"] == []


def test_runs_and_what_there_is_not(http: httpx.Client) -> None:
    missing = http.get("/v1/runs/nosuch")
    assert missing.status_code == 404
    assert missing.json()["error"]["code"] == "run_not_found"
    assert http.post("/v1/runs/nosuch/stop").status_code == 404
    assert http.get("/nothing").json()["error"]["message"].startswith("There is nothing at")


def test_health_metrics_and_the_document(http: httpx.Client) -> None:
    assert http.get("/health").json() == {"status": "ok"}
    assert http.get("/ready").status_code == 200
    http.post("/v1/predict", json={"model": "tickets", "inputs": ["a", "b"]})
    page = http.get("/metrics").text
    assert 'chainzoo_requests_total{route="/v1/predict",status="200"}' in page
    assert "process_resident_memory_bytes" in page
    document = http.get("/openapi.json").json()
    assert document["components"]["schemas"]["ChatRequest"]["examples"]
    assert "/v1/predict" in document["paths"]

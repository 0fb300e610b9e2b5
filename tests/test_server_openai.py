"""OpenAI's routes, called through the official ``openai`` client."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import openai
import pytest

from chainzoo import Zoo
from chainzoo.home import Home
from tests.running_server import RunningServer, run_server

CHAT_MODEL = "smollm2-135m"
WEATHER_TOOL: Any = {
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
MESSAGES: Any = [{"role": "user", "content": "What is the weather in Paris?"}]


@pytest.fixture(scope="module")
def server(server_home: Home) -> Iterator[RunningServer]:
    with run_server(Zoo(server_home)) as running:
        yield running


@pytest.fixture(scope="module")
def client(server: RunningServer) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{server.url}/v1", api_key="none", max_retries=0)


def test_models_are_listed_and_looked_up_by_name(client: openai.OpenAI) -> None:
    models = {model.id: model for model in client.models.list()}
    assert {"tickets@1", "minilm-l6", CHAT_MODEL, "tiny-llama"} <= set(models)
    assert client.models.retrieve("minilm-l6").id == "minilm-l6"
    assert client.models.retrieve("tickets").id == "tickets@1"
    with pytest.raises(openai.NotFoundError, match="no tuned model 'nosuch'"):
        client.models.retrieve("nosuch")


def test_a_streamed_chat_has_the_text_and_usage_of_a_whole_one(client: openai.OpenAI) -> None:
    body: Any = {"model": CHAT_MODEL, "messages": MESSAGES, "max_tokens": 12}
    whole = client.chat.completions.create(**body)
    assert whole.choices[0].finish_reason == "length"
    assert whole.usage is not None
    assert whole.usage.completion_tokens == 12
    options: Any = {"include_usage": True}
    chunks = list(client.chat.completions.create(**body, stream=True, stream_options=options))
    texts = [chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices]
    assert "".join(texts) == whole.choices[0].message.content
    assert len(texts) > 2
    assert chunks[-1].usage == whole.usage


def test_a_tool_is_called_and_its_result_is_answered(client: openai.OpenAI) -> None:
    body: Any = {"model": CHAT_MODEL, "tools": [WEATHER_TOOL], "max_tokens": 60}
    first = client.chat.completions.create(messages=MESSAGES, tool_choice="required", **body)
    message = first.choices[0].message
    assert first.choices[0].finish_reason == "tool_calls"
    (call,) = message.tool_calls or []
    assert call.type == "function"
    assert call.function.name == "get_weather"
    assert "Paris" in json.loads(call.function.arguments)["city"]

    result: Any = {"role": "tool", "tool_call_id": call.id, "content": "Sunny, 21 degrees."}
    messages: Any = [*MESSAGES, message.model_dump(exclude_none=True), result]
    answer = client.chat.completions.create(messages=messages, tool_choice="none", **body)
    assert answer.choices[0].message.content
    assert not answer.choices[0].message.tool_calls


def test_the_chunks_of_a_streamed_tool_call_make_a_whole_one(client: openai.OpenAI) -> None:
    choice: Any = {"type": "function", "function": {"name": "get_weather"}}
    chunks = client.chat.completions.create(
        model=CHAT_MODEL,
        messages=MESSAGES,
        tools=[WEATHER_TOOL],
        tool_choice=choice,
        stream=True,
        max_tokens=60,
    )
    choices = [chunk.choices[0] for chunk in chunks if chunk.choices]
    calls = [call for choice in choices for call in choice.delta.tool_calls or ()]
    arguments = "".join(call.function.arguments or "" for call in calls if call.function)
    assert "city" in json.loads(arguments)
    assert choices[-1].finish_reason == "tool_calls"


def test_an_answer_matches_the_json_schema_of_the_request(client: openai.OpenAI) -> None:
    schema = {
        "type": "object",
        "properties": {
            "mood": {"enum": ["good", "bad"]},
            "stars": {"type": "integer", "minimum": 1, "maximum": 5},
        },
        "required": ["mood", "stars"],
        "additionalProperties": False,
    }
    response_format: Any = {
        "type": "json_schema",
        "json_schema": {"name": "review", "schema": schema},
    }
    for model in (CHAT_MODEL, "tiny-llama"):  # The tiny model's weights are random.
        response = client.chat.completions.create(
            model=model,
            messages=[{"role": "user", "content": "Great phone! Rate it."}],
            response_format=response_format,
            max_tokens=60,
        )
        answer = json.loads(response.choices[0].message.content or "")
        assert answer["mood"] in ("good", "bad")
        assert 1 <= answer["stars"] <= 5


def test_a_model_of_another_kind_cannot_chat(client: openai.OpenAI) -> None:
    for model, reason in (
        ("minilm-l6", "of kind 'encoder' and cannot chat"),
        ("tickets", "was tuned for text-classification and cannot chat"),
    ):
        with pytest.raises(openai.BadRequestError, match=reason):
            client.chat.completions.create(model=model, messages=MESSAGES)


def test_embeddings_are_the_same_as_floats_and_as_base64(
    client: openai.OpenAI, server_home: Home
) -> None:
    texts = ["hello", "good day"]
    encoded = client.embeddings.create(
        model="minilm-l6", input=texts
    )  # The client asks for base64.
    plain = client.embeddings.create(model="minilm-l6", input=texts, encoding_format="float")
    local = Zoo(server_home).embeddings().embed_documents(texts)
    for index, vector in enumerate(local):
        served = plain.data[index].embedding
        assert encoded.data[index].embedding == pytest.approx(served, abs=1e-6)
        # The engine computes in bfloat16 where that is faster, so only the directions agree.
        assert np.dot(served, vector) > 0.999
        assert np.linalg.norm(served) == pytest.approx(1, abs=1e-5)
    assert plain.usage.prompt_tokens == 7  # [CLS] hello [SEP] and [CLS] good day [SEP].


def test_embeddings_refuse_other_dimensions_and_other_models(client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="have 384 dimensions; the request asks for 3"):
        client.embeddings.create(model="minilm-l6", input="a", dimensions=3)
    with pytest.raises(openai.BadRequestError, match="does not embed texts"):
        client.embeddings.create(model=CHAT_MODEL, input="a")


def test_completions_of_a_classifier_are_lines_of_json(client: openai.OpenAI) -> None:
    body: Any = {"model": "tickets", "prompt": ["refund my card", "where is my parcel"]}
    whole = client.completions.create(**body)
    texts = [choice.text for choice in whole.choices]
    assert [json.loads(text)["label"] for text in texts] == ["billing", "delivery"]
    streamed = client.completions.create(**body, stream=True)
    assert [chunk.choices[0].text for chunk in streamed] == texts


def test_unknown_fields_of_openai_requests_are_ignored(client: openai.OpenAI) -> None:
    response = client.completions.create(model="tickets", prompt="refund my card", user="someone")
    assert json.loads(response.choices[0].text)["label"] == "billing"

"""The local chat model: valid calls under constraints, streams, stops and errors."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any, Literal

import pytest
import torch
from jsonschema import Draft202012Validator
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from pydantic import BaseModel, Field, ValidationError
from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM

from chainzoo import ChatZoo
from chainzoo.catalog import Catalog
from chainzoo.errors import PredictionError, UnknownReferenceError
from chainzoo.home import Home
from chainzoo.langchain.chat.messages import render_prompt
from chainzoo.langchain.chat.tool_calls import build_grammar, parse_calls, split_stream
from chainzoo.modeling.references import fetch_weights


class Tune(BaseModel):
    """Fine-tune a model on a file."""

    data: str = Field(description="File with the data.")
    method: Literal["full", "lora", "head"] = "lora"
    epochs: int = Field(3, ge=1, le=50)


class Find(BaseModel):
    """Find models."""

    query: str
    limits: list[int] | None = None


@pytest.fixture(scope="module")
def smollm(fetched: Home) -> Path:
    return fetch_weights(Catalog.load(fetched).get("smollm2-135m"), fetched)


@pytest.fixture(scope="module")
def random_llama(smollm: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model with random weights: its text is noise, and its calls must be valid all the same."""
    folder = tmp_path_factory.mktemp("random-llama")
    tokenizer = AutoTokenizer.from_pretrained(smollm)
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=1,
        num_attention_heads=2,
        max_position_embeddings=2048,
        eos_token_id=2,
        pad_token_id=2,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.mark.parametrize("seed", range(12))
def test_a_random_model_makes_valid_calls(random_llama: Path, seed: int) -> None:
    chat = ChatZoo(model=str(random_llama), temperature=1.0, seed=seed, max_tokens=90)
    forced = chat.bind_tools([Tune, Find], tool_choice="any", parallel_tool_calls=False)
    answer = forced.invoke("anything")
    assert not answer.invalid_tool_calls
    (call,) = answer.tool_calls
    schema = {"Tune": Tune, "Find": Find}[call["name"]].model_json_schema()
    Draft202012Validator(schema).validate(call["args"])


def test_tool_choice_names_a_tool_or_none(random_llama: Path) -> None:
    chat = ChatZoo(model=str(random_llama), max_tokens=80)
    named = chat.bind_tools([Tune, Find], tool_choice="Find").invoke("hello")
    assert [call["name"] for call in named.tool_calls] == ["Find"]
    assert chat.bind_tools([Tune], tool_choice="none").invoke("hello").tool_calls == []
    with pytest.raises(PredictionError, match="one of Tune"):
        chat.bind_tools([Tune], tool_choice="Missing")


class Weather(BaseModel):
    """Get the weather at a location."""

    location: str


def test_the_embedded_model_copies_an_argument_from_the_question(smollm: Path) -> None:
    chat = ChatZoo(model=str(smollm), max_tokens=60)
    question = "What is the weather in San Francisco, CA?"
    answer = chat.bind_tools([Weather], tool_choice="any").invoke(question)
    assert answer.tool_calls[0]["args"] == {"location": "San Francisco, CA"}
    assert answer.usage_metadata is not None
    assert answer.usage_metadata["output_tokens"] > 10
    again = chat.bind_tools([Weather], tool_choice="any").invoke(question)
    assert again.tool_calls[0]["args"] == answer.tool_calls[0]["args"]


def test_structured_output_is_an_object_of_the_class(random_llama: Path) -> None:
    chat = ChatZoo(model=str(random_llama), max_tokens=90)
    assert isinstance(chat.with_structured_output(Tune).invoke("anything"), Tune)
    raw: Any = chat.with_structured_output(Find, include_raw=True).invoke("anything")
    assert isinstance(raw["parsed"], Find)
    assert isinstance(raw["raw"], AIMessage)


def test_streaming_gives_what_invoking_gives(random_llama: Path) -> None:
    chat = ChatZoo(model=str(random_llama), max_tokens=24)
    text = chat.invoke("hello").text
    assert "".join(str(chunk.text) for chunk in chat.stream("hello")) == text
    assert asyncio.run(chat.ainvoke("hello")).text == text
    tool: Any = chat.bind_tools([Tune], tool_choice="Tune", max_tokens=80)
    chunks = [piece for chunk in tool.stream("hello") for piece in chunk.tool_call_chunks]
    assert [piece["name"] for piece in chunks] == ["Tune"]


def test_a_batch_gives_each_its_answer_or_its_error(random_llama: Path) -> None:
    chat = ChatZoo(model=str(random_llama), max_tokens=8)
    answers: list[Any] = chat.batch(["hello", "word " * 3000, "bye"], return_exceptions=True)
    assert isinstance(answers[1], PredictionError)
    assert [answers[0].text, answers[2].text] == [chat.invoke(t).text for t in ("hello", "bye")]


def test_the_seed_decides_what_is_sampled(random_llama: Path) -> None:
    texts = [
        ChatZoo(model=str(random_llama), temperature=1.0, seed=seed, max_tokens=12)
        .invoke("hi")
        .text
        for seed in (1, 1, 2)
    ]
    assert texts[0] == texts[1] != texts[2]


def test_a_stop_sequence_ends_the_answer(random_llama: Path) -> None:
    chat = ChatZoo(model=str(random_llama), temperature=1.0, seed=1, max_tokens=12)
    text = str(chat.invoke("hi").text)
    stop = text[4:6]
    ended = chat.invoke("hi", stop=[stop])
    assert ended.text == text[: text.index(stop)]
    assert ended.response_metadata["finish_reason"] == "stop_word"


def test_a_cancelled_answer_ends_at_once(random_llama: Path) -> None:
    cancel = threading.Event()
    chat: Any = ChatZoo(model=str(random_llama), max_tokens=400).bind(cancel=cancel)
    pieces = chat.stream("hello")
    next(pieces)
    cancel.set()
    usage = [chunk.usage_metadata for chunk in pieces][-1]
    assert usage["output_tokens"] < 400


def test_an_answer_that_takes_too_long_is_an_error(random_llama: Path) -> None:
    chat = ChatZoo(model=str(random_llama), max_tokens=400, timeout=0.02)
    with pytest.raises(PredictionError, match=r"longer than 0.02 seconds.*longer timeout"):
        chat.invoke("hello")
    assert chat.invoke("hello", timeout=60, max_tokens=4).text


def test_several_calls_are_parsed() -> None:
    text = (
        'first <tool_call>\n{"name": "a", "arguments": {"x": 1}}\n</tool_call>'
        '\n<tool_call>\n{"name": "b", "arguments": {}}\n</tool_call>'
        "<tool_call>nonsense</tool_call>"
    )
    answer = parse_calls(text)
    assert answer.text == "first"
    assert [(call["name"], call["args"]) for call in answer.calls] == [("a", {"x": 1}), ("b", {})]
    assert len(answer.invalid_calls) == 1
    assert '("\\n" call)*' in str(build_grammar([{"name": "a"}], "any", True))


@pytest.mark.parametrize("size", [1, 2, 7, 100])
def test_a_stream_of_any_pieces_is_split_into_text_and_calls(size: int) -> None:
    call = '<tool_call>\n{"name": "a", "arguments": {"x": "<b>"}}\n</tool_call>'
    text = f"I < you. Look: {call}\n{call} done <tool"
    pieces = (text[at : at + size] for at in range(0, len(text), size))
    parts = list(split_stream(pieces))
    calls = [part for part in parts if isinstance(part, dict)]
    assert [(c["name"], c["args"]) for c in calls] == [("a", {"x": "<b>"})] * 2
    first = next(at for at, part in enumerate(parts) if isinstance(part, dict))
    assert "".join(map(str, parts[:first])).strip() == "I < you. Look:"
    assert "".join(part for part in parts[first:] if isinstance(part, str)).strip() == "done <tool"


def test_calls_and_results_go_back_into_the_prompt(smollm: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(smollm)
    call = {"name": "a", "args": {"x": "é"}, "id": "1", "type": "tool_call"}
    messages = [
        HumanMessage("do it"),
        AIMessage("", tool_calls=[call]),
        ToolMessage("done", tool_call_id="1"),
    ]
    prompt = render_prompt(tokenizer.chat_template, tokenizer, messages, [{"name": "a"}])
    assert '{"name": "a", "arguments": {"x": "é"}}' in prompt
    assert "<tool_response>\ndone\n</tool_response>" in prompt
    assert prompt.index('{"name": "a"}') < prompt.index("do it")


def test_errors_say_why_a_model_cannot_chat(
    random_llama: Path, fetched: Home, tmp_path: Path
) -> None:
    with pytest.raises(PredictionError, match="kind 'encoder'"):
        ChatZoo(model="minilm-l6", home=fetched.root).invoke("hi")
    with pytest.raises(
        UnknownReferenceError, match="neither a folder, nor a tuned model, nor a card"
    ):
        ChatZoo(model="nosuch").invoke("hi")
    with pytest.raises(PredictionError, match="no chat model"):
        ChatZoo(model=str(tmp_path)).invoke("hi")
    with pytest.raises(PredictionError, match=r"the model reads 2,048"):
        ChatZoo(model=str(random_llama)).invoke("word " * 3000)


def test_an_unknown_field_is_refused() -> None:
    options: dict[str, Any] = {"temprature": 0.5}
    with pytest.raises(ValidationError, match="temprature"):
        ChatZoo(**options)

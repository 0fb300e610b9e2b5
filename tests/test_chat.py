"""The local chat model: calls that cannot be wrong, several of them, and what is told kindly."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, Literal

import pytest
import torch
from jsonschema import Draft202012Validator
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from pydantic import BaseModel, Field
from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM

from chainzoo import ChatZoo
from chainzoo.catalog import Catalog
from chainzoo.errors import PredictionError, UnknownCardError
from chainzoo.home import Home
from chainzoo.langchain.chat.messages import to_prompt
from chainzoo.langchain.chat.tool_calls import grammar, read_calls
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
def noise(smollm: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model with random weights: what it says is noise, and must be valid all the same."""
    folder = tmp_path_factory.mktemp("noise")
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
def test_noise_makes_valid_calls(noise: Path, seed: int) -> None:
    chat = ChatZoo(model=str(noise), temperature=1.0, seed=seed, max_tokens=90)
    forced = chat.bind_tools([Tune, Find], tool_choice="any", parallel_tool_calls=False)
    answer = forced.invoke("anything")
    assert not answer.invalid_tool_calls
    (call,) = answer.tool_calls
    schema = {"Tune": Tune, "Find": Find}[call["name"]].model_json_schema()
    Draft202012Validator(schema).validate(call["args"])


def test_a_named_tool_and_none(noise: Path) -> None:
    chat = ChatZoo(model=str(noise), max_tokens=80)
    named = chat.bind_tools([Tune, Find], tool_choice="Find").invoke("hello")
    assert [call["name"] for call in named.tool_calls] == ["Find"]
    assert chat.bind_tools([Tune], tool_choice="none").invoke("hello").tool_calls == []
    with pytest.raises(PredictionError, match="one of Tune"):
        chat.bind_tools([Tune], tool_choice="Missing")


class Weather(BaseModel):
    """Get the weather at a location."""

    location: str


def test_the_embedded_model_copies_what_is_asked(smollm: Path) -> None:
    chat = ChatZoo(model=str(smollm), max_tokens=60)
    question = "What is the weather in San Francisco, CA?"
    answer = chat.bind_tools([Weather], tool_choice="any").invoke(question)
    assert answer.tool_calls[0]["args"] == {"location": "San Francisco, CA"}
    assert answer.usage_metadata is not None
    assert answer.usage_metadata["output_tokens"] > 10
    again = chat.bind_tools([Weather], tool_choice="any").invoke(question)
    assert again.tool_calls[0]["args"] == answer.tool_calls[0]["args"]


def test_structured_output(noise: Path) -> None:
    chat = ChatZoo(model=str(noise), max_tokens=90)
    assert isinstance(chat.with_structured_output(Tune).invoke("anything"), Tune)
    raw: Any = chat.with_structured_output(Find, include_raw=True).invoke("anything")
    assert isinstance(raw["parsed"], Find)
    assert isinstance(raw["raw"], AIMessage)


def test_streaming_gives_what_invoking_gives(noise: Path) -> None:
    chat = ChatZoo(model=str(noise), max_tokens=24)
    whole = chat.invoke("hello").text
    assert "".join(str(chunk.text) for chunk in chat.stream("hello")) == whole
    assert asyncio.run(chat.ainvoke("hello")).text == whole
    tool: Any = chat.bind_tools([Tune], tool_choice="Tune", max_tokens=80)
    chunks = [piece for chunk in tool.stream("hello") for piece in chunk.tool_call_chunks]
    assert [piece["name"] for piece in chunks] == ["Tune"]


def test_the_seed_decides_and_stop_words_end(noise: Path) -> None:
    drawn = [
        ChatZoo(model=str(noise), temperature=1.0, seed=seed, max_tokens=12).invoke("hi").text
        for seed in (1, 1, 2)
    ]
    assert drawn[0] == drawn[1] != drawn[2]
    stop = str(drawn[0])[4:6]
    ended = ChatZoo(model=str(noise), temperature=1.0, seed=1, max_tokens=12).invoke(
        "hi", stop=[stop]
    )
    assert ended.text == str(drawn[0])[: str(drawn[0]).index(stop)]
    assert ended.response_metadata["finish_reason"] == "stop_word"


def test_several_calls_are_read() -> None:
    text = (
        'first <tool_call>\n{"name": "a", "arguments": {"x": 1}}\n</tool_call>'
        '\n<tool_call>\n{"name": "b", "arguments": {}}\n</tool_call>'
        "<tool_call>nonsense</tool_call>"
    )
    words, calls, broken = read_calls(text)
    assert words == "first"
    assert [(call["name"], call["args"]) for call in calls] == [("a", {"x": 1}), ("b", {})]
    assert len(broken) == 1
    assert '("\\n" call)*' in str(grammar([{"name": "a"}], "any", True))


def test_results_and_calls_go_back_into_the_prompt(smollm: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(smollm)
    call = {"name": "a", "args": {"x": "é"}, "id": "1", "type": "tool_call"}
    messages = [
        HumanMessage("do it"),
        AIMessage("", tool_calls=[call]),
        ToolMessage("done", tool_call_id="1"),
    ]
    prompt = to_prompt(tokenizer.chat_template, tokenizer, messages, [{"name": "a"}])
    assert '{"name": "a", "arguments": {"x": "é"}}' in prompt
    assert "<tool_response>\ndone\n</tool_response>" in prompt
    assert prompt.index('{"name": "a"}') < prompt.index("do it")


def test_what_cannot_chat_is_told(noise: Path, fetched: Home, tmp_path: Path) -> None:
    with pytest.raises(PredictionError, match="kind 'encoder'"):
        ChatZoo(model="minilm-l6", home=fetched.root).invoke("hi")
    with pytest.raises(UnknownCardError, match="neither a folder, nor a tuned model, nor a card"):
        ChatZoo(model="nosuch").invoke("hi")
    with pytest.raises(PredictionError, match="no chat model"):
        ChatZoo(model=str(tmp_path)).invoke("hi")
    with pytest.raises(PredictionError, match=r"the model reads 2,048"):
        ChatZoo(model=str(noise)).invoke("word " * 3000)

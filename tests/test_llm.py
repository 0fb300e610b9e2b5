"""LLMs around tuned models: which part of a prompt is the input, in every way of calling."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from langchain_core.language_models.llms import BaseLLM
from langchain_core.messages import ChatMessage, HumanMessage
from langchain_core.output_parsers import JsonOutputParser
from langchain_core.prompt_values import ChatPromptValue
from langchain_core.prompts import ChatPromptTemplate, PromptTemplate
from langchain_core.tracers.run_collector import RunCollectorCallbackHandler
from pydantic import ValidationError

from chainzoo import RemoteZoo, Zoo
from chainzoo.data.examples import Turn
from chainzoo.errors import PredictionError
from chainzoo.home import Home
from chainzoo.inference.engine import Engine
from chainzoo.langchain.llm import ZooLLM
from chainzoo.langchain.task_llm import input_text
from chainzoo.tasks import get_task
from chainzoo.tasks.predictions import TextOutput
from tests.approximate import approximate
from tests.random_models import publish
from tests.running_server import run_server

TEXT = "Mara Velt of Copperline moved to Norburg with 9 crates."
PLAIN = ChatPromptTemplate.from_template("{text}")
FEW_SHOT = ChatPromptTemplate.from_messages(
    [
        ("system", "You tag names. Answer in JSON."),
        ("human", "Ann met Bo."),
        ("ai", '{{"entities": []}}'),
        ("human", "{text}"),
    ]
)


@pytest.fixture(scope="module")
def zoo(minilm: Path, tmp_path_factory: pytest.TempPathFactory) -> Zoo:
    home = Home(tmp_path_factory.mktemp("llm") / "home")
    home.weights.mkdir(parents=True)
    (home.weights / "minilm-l6").symlink_to(minilm, target_is_directory=True)
    publish(home, "names", "token-classification")
    publish(home, "ranker", "text-ranking")
    return Zoo(home)


@pytest.fixture(scope="module")
def remote(zoo: Zoo) -> Iterator[RemoteZoo]:
    with run_server(zoo, Engine(zoo.home)) as server, RemoteZoo(server.url) as remote:
        yield remote


@pytest.fixture(params=["local", "remote"])
def llms(request: pytest.FixtureRequest, zoo: Zoo, remote: RemoteZoo) -> Zoo | RemoteZoo:
    return zoo if request.param == "local" else remote


@pytest.mark.parametrize("prompt", [PLAIN, FEW_SHOT], ids=["plain", "few-shot"])
async def test_a_tagger_reads_the_last_human_message(
    llms: Zoo | RemoteZoo, zoo: Zoo, prompt: ChatPromptTemplate
) -> None:
    expected = approximate(zoo.predictor("names").invoke(TEXT).as_dict())
    assert expected["entities"]
    for entity in expected["entities"]:
        assert TEXT[entity["start"] : entity["end"]] == entity["text"]
    chain = prompt | llms.llm("names") | JsonOutputParser()
    value = {"text": TEXT}
    assert approximate(chain.invoke(value)) == expected
    assert approximate(await chain.ainvoke(value)) == expected
    assert approximate(chain.batch([value, value])) == [expected] * 2
    assert approximate(await chain.abatch([value, value], {"max_concurrency": 1})) == [expected] * 2
    assert approximate(list(chain.stream(value))[-1]) == expected
    assert approximate([part async for part in chain.astream(value)][-1]) == expected


async def test_messages_and_prompt_values_are_read_alike(llms: Zoo | RemoteZoo, zoo: Zoo) -> None:
    expected = approximate(zoo.predictor("names").invoke(TEXT).as_dict())
    llm = llms.llm("names")
    for value in (
        TEXT,
        [HumanMessage(TEXT)],
        [("system", "Tag it."), ("human", TEXT)],
        [ChatMessage(TEXT, role="user")],
        [HumanMessage([{"type": "text", "text": TEXT}])],
        ChatPromptValue(messages=[HumanMessage(TEXT)]),
        PromptTemplate.from_template("{text}").invoke({"text": TEXT}),
    ):
        assert approximate(json.loads(llm.invoke(value))) == expected
    prompts: list[Any] = [ChatPromptValue(messages=[HumanMessage(TEXT)])]
    for result in (llm.generate_prompt(prompts), await llm.agenerate_prompt(prompts)):
        assert approximate(json.loads(result.generations[0][0].text)) == expected


def test_a_trace_shows_the_text_that_was_read(llms: Zoo | RemoteZoo) -> None:
    collector = RunCollectorCallbackHandler()
    chain = FEW_SHOT | llms.llm("names")
    chain.batch([{"text": "Rain in Paris"}, {"text": TEXT}], {"callbacks": [collector]})
    prompts = [run.child_runs[1].inputs["prompts"] for run in collector.traced_runs]
    assert prompts == [["Rain in Paris"], [TEXT]]


async def test_a_prompt_without_a_human_message_is_an_error(llms: Zoo | RemoteZoo) -> None:
    llm = llms.llm("names")
    with pytest.raises(PredictionError, match="no human message"):
        llm.invoke([("system", "Tag it.")])
    with pytest.raises(PredictionError, match="no human message"):
        await llm.ainvoke([("ai", "Yes?")])
    answers: list[Any] = llm.batch([TEXT, [("system", "Tag it.")]], return_exceptions=True)
    assert "entities" in answers[0]
    assert isinstance(answers[1], PredictionError)


async def test_one_bad_input_leaves_the_others_right(llms: Zoo | RemoteZoo) -> None:
    llm = llms.llm("ranker")
    good = ['{"query": "tea", "item": "a cup"}', '{"query": "rain", "item": "an umbrella"}']
    expected = approximate([json.loads(llm.invoke(row)) for row in good])
    for call in ("batch", "abatch"):
        collector = RunCollectorCallbackHandler()
        configs: list[Any] = [
            {"callbacks": [collector], "metadata": {"row": n}, "tags": [str(n)]} for n in range(3)
        ]
        done = getattr(llm, call)([good[0], "no row", good[1]], configs, return_exceptions=True)
        answers = done if call == "batch" else await done
        assert "Expected" in str(answers[1])
        assert isinstance(answers[1], Exception)
        assert approximate([json.loads(answer) for answer in answers[::2]]) == expected
        runs = sorted(collector.traced_runs, key=lambda run: run.metadata["row"])
        assert [bool(run.error) for run in runs] == [False, True, False]
        assert [run.tags for run in runs] == [["0"], ["1"], ["2"]]
    with pytest.raises(Exception, match="Input 2"):
        llm.batch([good[0], "no row", good[1]])


@dataclass
class Recorder:
    """Stands for the predictor of a task: records the prompts that it is given."""

    task: str
    name: str = "recorder"
    prompts: list[str] = field(default_factory=list)

    def predict(self, inputs: Sequence[str], **options: Any) -> list[TextOutput]:
        self.prompts += inputs
        return [TextOutput("yes") for _ in inputs]

    def stream_text(self, value: str, **options: Any) -> Iterator[str]:
        self.prompts.append(value)
        yield "yes"


async def test_a_dialogue_model_gets_all_messages_with_their_roles() -> None:
    recorder: Any = Recorder("dialogue")
    chain = FEW_SHOT | ZooLLM.from_predictor(recorder)
    value = {"text": "[1] Who?"}
    chain.invoke(value)
    chain.batch([value])
    "".join(chain.stream(value))
    await chain.ainvoke(value)
    turns = (
        Turn("system", "You tag names. Answer in JSON."),
        Turn("user", "Ann met Bo."),
        Turn("assistant", '{"entities": []}'),
        Turn("user", "[1] Who?"),
    )
    assert [get_task("dialogue").parse_input(prompt).turns for prompt in recorder.prompts] == [
        turns
    ] * 4


def test_a_summarizer_reads_the_last_human_message() -> None:
    recorder: Any = Recorder("summarization")
    assert (FEW_SHOT | ZooLLM.from_predictor(recorder)).invoke({"text": TEXT}) == "yes"
    assert recorder.prompts == [TEXT]


def test_the_input_is_the_text_to_the_letter() -> None:
    text = "  Human: said\nMara: \u2028 Velt \U0001f600 "
    assert input_text([HumanMessage(text)], "token-classification") == text


def test_unknown_fields_are_refused(zoo: Zoo, remote: RemoteZoo) -> None:
    predictor: Any = Recorder("dialogue")
    with pytest.raises(ValidationError, match="temprature"):
        ZooLLM(pipeline=predictor, model_id="m", temprature=1)
    with pytest.raises(ValidationError, match="temprature"):
        remote.chat("mood", temprature=1)


def test_stop_sequences_end_the_answer(llms: Zoo | RemoteZoo) -> None:
    llm: BaseLLM = llms.llm("names")
    assert llm.invoke(TEXT, stop=["entit"]) == '{"'
    assert "".join(llm.stream(TEXT, stop=["entit"])) == '{"'

"""ChainZoo's own routes over HTTP: predictions, the agent, runs, tools, and operations."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from chainzoo import Registry, Zoo
from chainzoo.home import Home
from chainzoo.registry.runs import RunStore
from chainzoo.server.routes.agent import AgentThreadList, AgentTurn, PendingCallList
from chainzoo.server.routes.predict import PredictResponse
from chainzoo.server.routes.runs import RunDetails, RunList
from chainzoo.server.routes.tools import ToolList, ToolResponse
from tests.running_server import PATIENCE, RunningServer, run_server, write_tickets


@pytest.fixture(scope="module")
def server(server_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with run_server(Zoo(server_home), roots=(tmp_path_factory.getbasetemp(),)) as running:
        yield running


@pytest.fixture
def http(server: RunningServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=PATIENCE) as client:
        yield client


def test_predictions_equal_those_of_a_local_predictor(
    http: httpx.Client, server_home: Home
) -> None:
    texts = ["refund my card", "where is my parcel"]
    response = http.post("/v1/predict", json={"model": "tickets@1", "inputs": texts}).json()
    PredictResponse.model_validate(response)
    local = Zoo(server_home).predictor("tickets").predict(texts)
    assert (response["model"], response["task"]) == ("tickets@1", "text-classification")
    assert [p["label"] for p in response["predictions"]] == [p.label for p in local]
    scores = [prediction["score"] for prediction in response["predictions"]]
    assert scores == pytest.approx([prediction.score for prediction in local])


def test_no_inputs_give_no_predictions_and_the_task(http: httpx.Client) -> None:
    response = http.post("/v1/predict", json={"model": "tickets", "inputs": []}).json()
    assert response == {"model": "tickets@1", "task": "text-classification", "predictions": []}


def test_an_agent_turn_is_the_same_whole_and_as_events(http: httpx.Client) -> None:
    body = {"message": "which models are tuned?"}
    turn = http.post("/v1/agent", json=body).json()
    AgentTurn.model_validate(turn)
    assert [call["tool"] for call in turn["tool_calls"]] == ["list_models"]
    assert "tickets@1" in turn["text"]
    listed = http.get("/v1/agent/threads").json()
    AgentThreadList.model_validate(listed)
    (thread,) = [t for t in listed["threads"] if t["thread"] == turn["thread"]]
    assert thread["first_message"] == body["message"]
    with http.stream("POST", "/v1/agent", json={**body, "stream": True}) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        names = [line[7:] for line in response.iter_lines() if line.startswith("event: ")]
    assert names[0] == "thread"
    assert {"tool_call", "tool_result", "text"} <= set(names)
    assert names[-1] == "done"


def test_a_plan_waits_in_its_thread_until_a_person_decides(
    http: httpx.Client, tmp_path: Path
) -> None:
    data = write_tickets(tmp_path / "more.csv")
    message = f"tune minilm-l6 on {data} with head for 1 epoch, name it more"
    turn = http.post("/v1/agent", json={"message": message}).json()
    AgentTurn.model_validate(turn)
    (pending,) = turn["approval_requests"]
    assert pending["tool"] == "tune_model"
    path = f"/v1/agent/threads/{turn['thread']}"
    PendingCallList.model_validate(http.get(path).json())
    assert http.get(path).json()["approval_requests"][0]["id"] == pending["id"]
    unanswered = http.post("/v1/agent", json={"message": "hello", "thread": turn["thread"]})
    assert unanswered.status_code == 409
    wrong = {"thread": turn["thread"], "decisions": {"nosuch": {"type": "approve"}}}
    mismatch = http.post("/v1/agent", json=wrong)
    assert mismatch.status_code == 409
    assert mismatch.json()["error"]["code"] == "approval_mismatch"
    reject = {"thread": turn["thread"], "decisions": {pending["id"]: {"type": "reject"}}}
    assert http.post("/v1/agent", json=reject).status_code == 200
    assert http.get(path).json()["approval_requests"] == []
    assert http.get("/v1/runs").json()["runs"] == []


def test_a_run_is_listed_looked_up_and_stopped(stocked: Home) -> None:
    store = RunStore(Registry(stocked))
    record = store.create("tickets", "tickets.csv", {"method": "head"}, {"test": None})
    store.set_process(record.id, 1)
    with run_server(Zoo(stocked)) as server:
        listed = httpx.get(f"{server.url}/v1/runs").json()
        RunList.model_validate(listed)
        assert [run["run"] for run in listed["runs"]] == [record.id]
        details = httpx.get(f"{server.url}/v1/runs/{record.id}").json()
        assert RunDetails.model_validate(details).recipe == {"method": "head"}
        stopped = httpx.post(f"{server.url}/v1/runs/{record.id}/stop").json()
        assert RunDetails.model_validate(stopped).run == record.id
    assert store.stop_requested(record.id)


def test_an_unknown_run_or_route_is_404_with_a_sentence(http: httpx.Client) -> None:
    missing = http.get("/v1/runs/nosuch")
    assert missing.status_code == 404
    assert missing.json()["error"]["code"] == "run_not_found"
    assert http.post("/v1/runs/nosuch/stop").status_code == 404
    assert http.get("/nothing").json()["error"]["message"].startswith("There is no route /nothing")
    wrong_method = http.post("/health").json()["error"]["message"]
    assert wrong_method.startswith("The route /health does not accept POST")


def test_a_tool_that_requires_approval_runs_with_the_confirmed_plan_only(
    http: httpx.Client, server_home: Home
) -> None:
    listed = http.get("/v1/tools").json()
    tools = {tool.name: tool for tool in ToolList.model_validate(listed).tools}
    assert tools["promote_model"].requires_approval
    assert not tools["list_models"].requires_approval
    output = http.post("/v1/tools/list_models", json={}).json()
    assert "tickets@1" in ToolResponse.model_validate(output).text

    arguments = {"model": "tickets@1", "alias": "approved"}
    path = "/v1/tools/promote_model"
    refused = http.post(path, json={"arguments": arguments})
    error = refused.json()["error"]
    assert (refused.status_code, error["code"]) == (409, "approval_required")
    assert "tickets@1" in error["plan"]
    other = {"arguments": {**arguments, "alias": "other"}, "confirm": error["confirm"]}
    assert http.post(path, json=other).status_code == 409
    assert "approved" not in Zoo(server_home).describe("tickets").aliases
    confirmed = http.post(path, json={"arguments": arguments, "confirm": error["confirm"]})
    assert confirmed.status_code == 200
    assert "approved" in Zoo(server_home).describe("tickets").aliases
    assert http.post("/v1/tools/nosuch", json={}).json()["error"]["code"] == "tool_not_found"


def test_health_readiness_and_metrics_are_served(http: httpx.Client) -> None:
    assert http.get("/health").json() == {"status": "ok"}
    assert http.get("/ready").status_code == 200
    http.post("/v1/predict", json={"model": "tickets", "inputs": ["a", "b"]})
    page = http.get("/metrics").text
    assert 'chainzoo_requests_total{route="/v1/predict",status="200"}' in page
    assert 'chainzoo_requests_in_progress{limiter="predictions"} 0.0' in page
    assert "process_resident_memory_bytes" in page


def test_every_route_is_described_in_the_openapi_document(http: httpx.Client) -> None:
    document = http.get("/openapi.json").json()
    assert document["components"]["schemas"]["ChatCompletionRequest"]["examples"]
    assert "/v1/predict" in document["paths"]
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation["description"], f"{method} {path}"
            assert not operation["summary"].endswith("."), f"{method} {path}"

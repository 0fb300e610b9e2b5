"""The tools for MCP clients, through the official client: over pipes, over HTTP, and in-process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx2
import mcp_types as types
import pytest
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from chainzoo import Zoo
from chainzoo.agent.tools import NAMES, REQUIRES_APPROVAL
from chainzoo.home import Home
from chainzoo.server.mcp.serve import build_http_app, build_server
from chainzoo.server.settings import ServerSettings
from tests.random_models import publish
from tests.running_server import PATIENCE, run_app

PROMOTE = {"model": "mood@1", "alias": "production"}
MODES = ["legacy", MODERN_PROTOCOL_VERSIONS[-1]]


@pytest.fixture
def mood_home(stocked: Home) -> Home:
    """A home with one tuned model."""
    publish(stocked, "mood", "text-classification")
    return stocked


class Person:
    """Answers every question in the client the same way, and records the questions."""

    def __init__(self, action: Any, content: Any = None) -> None:
        self.answer = types.ElicitResult(action=action, content=content)
        self.questions: list[str] = []

    async def __call__(self, context: Any, params: Any) -> types.ElicitResult:
        self.questions.append(params.message)
        return self.answer


def approving() -> Person:
    return Person("accept", {"approve": True})


def connect(home: Home, mode: str, person: Person | None, **settings: Any) -> Client:
    """A client of a server in this process."""
    server = build_server(Zoo(home), ServerSettings(**settings))
    return Client(server, mode=mode, elicitation_callback=person)


def text_of(result: types.CallToolResult) -> str:
    (content,) = result.content
    assert isinstance(content, types.TextContent)
    return content.text


async def test_a_child_process_serves_over_its_pipes(mood_home: Home, tmp_path: Path) -> None:
    child = StdioServerParameters(
        command=sys.executable,
        args=["-m", "chainzoo", "mcp"],
        env={"CHAINZOO_HOME": str(mood_home.root), "PYTHONPATH": str(Path(__file__).parents[1])},
        cwd=tmp_path,
    )
    person = approving()
    async with Client(child, elicitation_callback=person) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert set(tools) == set(NAMES)
        listed = await client.call_tool("list_models", {})
        assert "mood@1" in text_of(listed)
        assert not listed.is_error
        predicted = await client.call_tool("predict", {"model": "mood", "texts": ["Thank you!"]})
        local = Zoo(mood_home).predictor("mood").invoke("Thank you!")
        assert local.label in text_of(predicted)
        promoted = await client.call_tool("promote_model", PROMOTE)
        assert not promoted.is_error
    assert len(person.questions) == 1
    assert "production" in Zoo(mood_home).describe("mood").aliases


async def test_tools_declare_what_they_change(mood_home: Home) -> None:
    async with connect(mood_home, MODES[1], None) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    for name, tool in tools.items():
        assert tool.annotations is not None
        declared = "Requires the approval of a person." in (tool.description or "")
        assert declared == (name in REQUIRES_APPROVAL)
    assert tools["list_models"].annotations.read_only_hint
    assert tools["delete_model"].annotations.destructive_hint


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("person", "reason"),
    [
        (Person("accept", {"approve": False}), "did not approve"),
        (Person("decline"), "did not approve"),
        (Person("cancel"), "dismissed the question"),
        (None, "this client cannot ask"),
    ],
    ids=["unticked", "declined", "dismissed", "cannot ask"],
)
async def test_without_approval_nothing_is_done(
    mood_home: Home, mode: str, person: Person | None, reason: str
) -> None:
    async with connect(mood_home, mode, person) as client:
        refused = await client.call_tool("promote_model", PROMOTE)
    assert refused.is_error
    assert reason in text_of(refused)
    assert "production" not in Zoo(mood_home).describe("mood").aliases


@pytest.mark.parametrize("mode", MODES)
async def test_a_call_runs_once_a_person_approves_it_in_the_client(
    mood_home: Home, mode: str
) -> None:
    person = approving()
    async with connect(mood_home, mode, person) as client:
        promoted = await client.call_tool("promote_model", PROMOTE)
    assert not promoted.is_error
    assert len(person.questions) == 1
    assert person.questions[0].startswith("promote_model: ")
    assert "mood@1" in person.questions[0]
    assert "production" in Zoo(mood_home).describe("mood").aliases


async def test_a_deletion_is_never_approved_beforehand(mood_home: Home) -> None:
    async with connect(mood_home, MODES[1], None, auto_approve_minutes=100) as client:
        refused = await client.call_tool("delete_model", {"model": "mood@1"})
    assert refused.is_error
    assert Zoo(mood_home).describe("mood").ref == "mood@1"


async def test_an_invalid_call_is_an_error_in_its_result(mood_home: Home) -> None:
    async with connect(mood_home, MODES[1], None) as client:
        unknown = await client.call_tool("describe_model", {"model": "nosuch"})
        assert unknown.is_error
        assert "nosuch" in text_of(unknown)
        invalid = await client.call_tool("delete_model", {"what": 1})
        assert invalid.is_error
        with pytest.raises(MCPError, match="There is no tool 'nosuch'"):
            await client.call_tool("nosuch", {})


@pytest.mark.parametrize("mode", MODES)
async def test_http_clients_need_the_token(mood_home: Home, mode: str) -> None:
    settings = ServerSettings(port=0, token="open sesame")
    app, person = build_http_app(Zoo(mood_home), settings), approving()
    with run_app(app, settings) as (url, _):
        refused = httpx2.post(f"{url}/mcp", json={})
        assert refused.status_code == 401
        async with (
            httpx2.AsyncClient(headers={"Authorization": "Bearer open sesame"}) as web,
            Client(
                streamable_http_client(f"{url}/mcp", http_client=web),
                mode=mode,
                elicitation_callback=person,
            ) as client,
        ):
            assert {tool.name for tool in (await client.list_tools()).tools} == set(NAMES)
            arguments = {"model": "mood", "texts": ["Thank you!"]}
            local = Zoo(mood_home).predictor("mood").invoke("Thank you!")
            assert local.label in text_of(await client.call_tool("predict", arguments))
            promoted = await client.call_tool("promote_model", PROMOTE)
            assert not promoted.is_error
    assert len(person.questions) == 1


async def test_without_a_token_http_refuses_other_sites(mood_home: Home) -> None:
    settings = ServerSettings(port=0)
    with run_app(build_http_app(Zoo(mood_home), settings), settings) as (url, _):
        for headers in ({"Origin": "https://evil.example"}, {"Host": "evil.example"}):
            assert httpx2.post(f"{url}/mcp", json={}, headers=headers).status_code == 403


async def test_the_command_serves_over_http(mood_home: Home, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "chainzoo", "mcp", "--http", "--port", "0", "--json"]
    variables = {
        "CHAINZOO_HOME": str(mood_home.root),
        "PYTHONPATH": str(Path(__file__).parents[1]),
    }
    child = subprocess.Popen(
        command, env={**os.environ, **variables}, cwd=tmp_path, stdout=subprocess.PIPE, text=True
    )
    try:
        assert child.stdout is not None
        async with Client(json.loads(child.stdout.readline())["url"]) as client:
            assert "mood@1" in text_of(await client.call_tool("list_models", {}))
    finally:
        child.terminate()
    # It finishes what is in progress, and uvicorn then ends by the signal.
    assert child.wait(PATIENCE) in (0, -signal.SIGTERM)

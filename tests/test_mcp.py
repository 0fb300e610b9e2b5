"""The tools for MCP clients, through the official client: over a pipe to a child, and at hand."""

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
from chainzoo.server.mcp import build_http, build_server
from chainzoo.server.settings import ServerSettings
from tests.random_models import publish
from tests.served import listening

PROMOTE = {"model": "mood@1", "alias": "production"}
MODES = ["legacy", MODERN_PROTOCOL_VERSIONS[-1]]


@pytest.fixture
def mooded(stocked: Home) -> Home:
    """A home with one tuned model."""
    publish(stocked, "mood", "text-classification")
    return stocked


class Person:
    """Answers what is asked in the client, and remembers it."""

    def __init__(self, action: Any, content: Any = None) -> None:
        self.answer = types.ElicitResult(action=action, content=content)
        self.asked: list[str] = []

    async def __call__(self, context: Any, params: Any) -> types.ElicitResult:
        self.asked.append(params.message)
        return self.answer


def at_hand(home: Home, mode: str, person: Person | None, **told: Any) -> Client:
    """A client of a server in this process."""
    server = build_server(Zoo(home), ServerSettings(**told))
    return Client(server, mode=mode, elicitation_callback=person)


def said(result: types.CallToolResult) -> str:
    (content,) = result.content
    assert isinstance(content, types.TextContent)
    return content.text


async def test_a_child_serves_over_its_pipes(mooded: Home, tmp_path: Path) -> None:
    child = StdioServerParameters(
        command=sys.executable,
        args=["-m", "chainzoo", "mcp"],
        env={"CHAINZOO_HOME": str(mooded.root), "PYTHONPATH": str(Path(__file__).parents[1])},
        cwd=tmp_path,
    )
    yes = Person("accept", {"approve": True})
    async with Client(child, elicitation_callback=yes) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert set(tools) == set(NAMES)
        listed = await client.call_tool("list_models", {})
        assert "mood@1" in said(listed)
        assert not listed.is_error
        told = {"model": "mood", "texts": ["Thank you!"]}
        predicted = await client.call_tool("predict", told)
        here = Zoo(mooded).predictor("mood").invoke("Thank you!")
        assert here.label in said(predicted)
        done = await client.call_tool("promote_model", PROMOTE)
        assert not done.is_error
    assert len(yes.asked) == 1
    assert "production" in Zoo(mooded).describe("mood").aliases


async def test_tools_say_what_they_change(mooded: Home) -> None:
    async with at_hand(mooded, MODES[1], None) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    for name, tool in tools.items():
        assert tool.annotations is not None
        assert ("Asks a person first." in (tool.description or "")) == (name in REQUIRES_APPROVAL)
    assert tools["list_models"].annotations.read_only_hint
    assert tools["delete_model"].annotations.destructive_hint


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("person", "words"),
    [
        (Person("accept", {"approve": False}), "said no"),
        (Person("decline"), "said no"),
        (Person("cancel"), "dismissed the question"),
        (None, "this client cannot ask"),
    ],
    ids=["unticked", "declined", "dismissed", "cannot ask"],
)
async def test_without_a_yes_nothing_is_done(
    mooded: Home, mode: str, person: Person | None, words: str
) -> None:
    async with at_hand(mooded, mode, person) as client:
        refused = await client.call_tool("promote_model", PROMOTE)
    assert refused.is_error
    assert words in said(refused)
    assert "production" not in Zoo(mooded).describe("mood").aliases


@pytest.mark.parametrize("mode", MODES)
async def test_a_yes_in_the_client_is_one(mooded: Home, mode: str) -> None:
    yes = Person("accept", {"approve": True})
    async with at_hand(mooded, mode, yes) as client:
        done = await client.call_tool("promote_model", PROMOTE)
    assert not done.is_error
    assert len(yes.asked) == 1
    assert yes.asked[0].startswith("promote_model: ")
    assert "mood@1" in yes.asked[0]
    assert "production" in Zoo(mooded).describe("mood").aliases


async def test_deleting_is_never_allowed_beforehand(mooded: Home) -> None:
    async with at_hand(mooded, MODES[1], None, auto_approve_minutes=100) as client:
        refused = await client.call_tool("delete_model", {"model": "mood@1"})
    assert refused.is_error
    assert Zoo(mooded).describe("mood").ref == "mood@1"


async def test_what_is_wrong_is_told(mooded: Home) -> None:
    async with at_hand(mooded, MODES[1], None) as client:
        wrong = await client.call_tool("describe_model", {"model": "nosuch"})
        assert wrong.is_error
        assert "nosuch" in said(wrong)
        surplus = await client.call_tool("delete_model", {"what": 1})
        assert surplus.is_error
        with pytest.raises(MCPError, match="There is no tool 'nosuch'"):
            await client.call_tool("nosuch", {})


@pytest.mark.parametrize("mode", MODES)
async def test_over_http_with_a_token(mooded: Home, mode: str) -> None:
    settings = ServerSettings(port=0, token="open sesame").checked()
    app, yes = build_http(Zoo(mooded), settings), Person("accept", {"approve": True})
    with listening(app, settings) as (url, _):
        refused = httpx2.post(f"{url}/mcp", json={})
        assert refused.status_code == 401
        bearer = {"Authorization": "Bearer open sesame"}
        async with (
            httpx2.AsyncClient(headers=bearer) as web,
            Client(
                streamable_http_client(f"{url}/mcp", http_client=web),
                mode=mode,
                elicitation_callback=yes,
            ) as client,
        ):
            assert {tool.name for tool in (await client.list_tools()).tools} == set(NAMES)
            told = {"model": "mood", "texts": ["Thank you!"]}
            here = Zoo(mooded).predictor("mood").invoke("Thank you!")
            assert here.label in said(await client.call_tool("predict", told))
            done = await client.call_tool("promote_model", PROMOTE)
            assert not done.is_error
    assert len(yes.asked) == 1


async def test_the_command_serves_over_http(mooded: Home, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "chainzoo", "mcp", "--http", "--port", "0", "--json"]
    here = {"CHAINZOO_HOME": str(mooded.root), "PYTHONPATH": str(Path(__file__).parents[1])}
    child = subprocess.Popen(
        command, env={**os.environ, **here}, cwd=tmp_path, stdout=subprocess.PIPE, text=True
    )
    try:
        assert child.stdout is not None
        async with Client(json.loads(child.stdout.readline())["url"]) as client:
            assert "mood@1" in said(await client.call_tool("list_models", {}))
    finally:
        child.terminate()
    assert child.wait(20) in (0, -signal.SIGTERM)  # It ends what is under way, then itself.

"""Verbs of serving: serve, mcp."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from chainzoo.cli import display

NEEDED = ("fastapi", "uvicorn", "prometheus_client", "mcp")


def add_to(group: Any) -> None:
    """Add these verbs to the command line."""
    group.add_command(serve)
    group.add_command(mcp)


def _options(command: Any) -> Any:
    """What both verbs need to know."""
    for option in (
        click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen."),
        click.option(
            "--port",
            default=8000,
            show_default=True,
            type=click.IntRange(0, 65535),
            help="0: free.",
        ),
        click.option(
            "--token", help="What callers must send; or set CHAINZOO_TOKEN, which ps does not show."
        ),
        click.option(
            "--root",
            "roots",
            multiple=True,
            type=click.Path(path_type=Path),
            help="A folder besides the working one whose files may be touched.",
        ),
        click.option(
            "--yes", is_flag=True, help="Approve plans up to --auto-approve-minutes unasked."
        ),
        click.option(
            "--auto-approve-minutes",
            type=float,
            default=10.0,
            show_default=True,
            help="What --yes approves at most, by the plan's estimate.",
        ),
    ):
        command = option(command)
    return command


@click.command()
@click.option("--models", help="What to serve, such as a,b@production.  [default: everything]")
@_options
@click.option("--llm", help="The chat model behind /v1/agent.  [default: the embedded brain]")
@click.option("--log-texts", is_flag=True, help="Write the texts into the log too.")
@click.option("--memory-mb", type=float, help="Most memory for weights.")
@click.option("--cache-size", type=click.IntRange(0), help="Answers that are remembered.")
@click.option("--max-body-bytes", type=click.IntRange(1), help="Largest body of a request.")
@click.option("--max-items", type=click.IntRange(1), help="Most inputs of a request.")
@click.option("--max-characters", type=click.IntRange(1), help="Most characters of a request.")
@click.option("--max-tokens", type=click.IntRange(1), help="Most tokens of an answer.")
@click.option("--seconds", type=float, help="Longest time for an answer.")
@click.option("--at-once", type=click.IntRange(1), help="Predictions under way at most.")
@click.option("--chats-at-once", type=click.IntRange(1), help="Chat answers under way at most.")
@click.option("--json", "json_", is_flag=True, help="Print the address as JSON when it is up.")
def serve(models: str | None, json_: bool, at_once: int | None, **told: Any) -> None:
    """Serve models over HTTP: OpenAI's API, typed predictions, the agent, runs. Docs at /docs.

    Example:  chainzoo serve --models tickets@production --port 8000
    """
    _need()
    from chainzoo.server.logging import log_to_stderr
    from chainzoo.server.run import serve as run
    from chainzoo.zoo import Zoo

    names = tuple(name for part in (models or "").split(",") if (name := part.strip()))
    settings = _settings(models=names, predictions_at_once=at_once, **told)
    log_to_stderr()

    def up(url: str) -> None:
        address = {"url": url, "openai": f"{url}/v1", "docs": f"{url}/docs"}
        if json_:
            print(json.dumps(address), flush=True)
        else:
            display.text(
                f"Serving at {url} (OpenAI's clients: {url}/v1; what there is: {url}/docs)."
            )

    run(Zoo(), settings, up)


@click.command()
@click.option("--http", is_flag=True, help="Streamable HTTP at /mcp instead of standard input.")
@_options
@click.option("--json", "json_", is_flag=True, help="With --http, print the address as JSON.")
def mcp(http: bool, json_: bool, **told: Any) -> None:
    """Offer the fifteen tools to any MCP client, on standard input and output or over HTTP.

    Example:  chainzoo mcp --root ~/data
    """
    _need()
    from chainzoo.server.mcp import serve_http, serve_stdio
    from chainzoo.zoo import Zoo

    settings = _settings(**told)
    if not http:
        serve_stdio(Zoo(), settings)
        return

    def up(url: str) -> None:
        if json_:
            print(json.dumps({"url": f"{url}/mcp"}), flush=True)
        else:
            display.text(f"MCP at {url}/mcp.")

    serve_http(Zoo(), settings, up)


def _settings(*, yes: bool, auto_approve_minutes: float, **told: Any) -> Any:
    """The settings, with what was left out as it is by default; minutes count with ``--yes``."""
    from pydantic import ValidationError

    from chainzoo.server.settings import ServerSettings

    if yes:
        told["auto_approve_minutes"] = auto_approve_minutes
    try:
        return ServerSettings(**{name: value for name, value in told.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        field = "--" + str(first["loc"][0]).replace("_", "-")
        raise click.UsageError(f"{field}: {first['msg']}.") from None


def _need() -> None:
    from chainzoo.errors import MissingExtraError

    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise MissingExtraError(
            f"Serving needs {', '.join(missing)}.", remedy='Run `pip install "chainzoo[serve]"`.'
        )

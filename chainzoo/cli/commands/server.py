"""Commands that serve: serve, mcp."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import click

from chainzoo.cli import display
from chainzoo.cli.commands.chat import approval_options

if TYPE_CHECKING:
    from chainzoo.server.settings import ServerSettings

REQUIRED_PACKAGES = (
    "fastapi",
    "mcp",
    "prometheus_client",
    "pydantic_settings",
    "sse_starlette",
    "uvicorn",
)
POSITIVE = click.IntRange(1)
POSITIVE_NUMBER = click.FloatRange(0, min_open=True)

# An option that is left out has its value from the environment, or the default of ServerSettings.
SHARED_OPTIONS = (
    click.option("--host", help="Address to listen on.  [default: 127.0.0.1]"),
    click.option(
        "--port",
        type=click.IntRange(0, 65535),
        help="Port to listen on; 0 takes a free one.  [default: 8000]",
    ),
    click.option(
        "--token",
        help="Bearer token that callers must send. CHAINZOO_SERVER_TOKEN hides it from ps.",
    ),
    approval_options,
)
SERVE_OPTIONS = (
    click.option("--models", help="Models to serve, such as a,b@production.  [default: all]"),
    click.option("--llm", help="Chat model behind /v1/agent.  [default: the embedded brain]"),
    click.option(
        "--log-texts",
        is_flag=True,
        default=None,
        help="Write the texts of requests into the log.",
    ),
    click.option("--memory-mb", type=POSITIVE_NUMBER, help="Memory for weights.  [default: any]"),
    click.option(
        "--cache-size", type=click.IntRange(0), help="Predictions to cache.  [default: 0]"
    ),
    click.option(
        "--max-body-bytes", type=POSITIVE, help="Size of a request's body.  [default: 4000000]"
    ),
    click.option("--max-items", type=POSITIVE, help="Inputs in a request.  [default: 512]"),
    click.option(
        "--max-characters",
        type=POSITIVE,
        help="Characters of all inputs in a request.  [default: 400000]",
    ),
    click.option(
        "--max-tokens", type=POSITIVE, help="Tokens that a request may ask for.  [default: 2048]"
    ),
    click.option(
        "--timeout-seconds",
        type=POSITIVE_NUMBER,
        help="Time for a response, and for a body to arrive.  [default: 120]",
    ),
    click.option(
        "--shutdown-timeout-seconds",
        type=click.FloatRange(min=0),
        help="Time to finish requests in progress after a stop.  [default: 30]",
    ),
    click.option(
        "--max-concurrent-predictions",
        type=POSITIVE,
        help="Predictions in progress at once.  [default: 64]",
    ),
    click.option(
        "--max-concurrent-chats",
        type=POSITIVE,
        help="Chat completions in progress at once.  [default: 8]",
    ),
    click.option(
        "--max-concurrent-agent-calls",
        type=POSITIVE,
        help="Agent turns, tool calls and run streams in progress at once.  [default: 4]",
    ),
)


def add_to(group: Any) -> None:
    """Add these commands to the command line."""
    group.add_command(serve)
    group.add_command(mcp)


def _with(options: tuple[Callable[[Any], Any], ...]) -> Callable[[Any], Any]:
    def add(command: Any) -> Any:
        for option in reversed(options):
            command = option(command)
        return command

    return add


@click.command()
@_with(SHARED_OPTIONS + SERVE_OPTIONS)
@click.option("--json", "json_", is_flag=True, help="Print the address as JSON once it is up.")
def serve(json_: bool, **options: Any) -> None:
    """Serve models over HTTP: OpenAI's API, typed predictions, the agent and runs. See /docs.

    An option can also be set in the environment: --port by CHAINZOO_SERVER_PORT, and so on.

    Example:  chainzoo serve --models tickets@production --port 8000
    """
    _check_packages()
    from chainzoo.server.json_log import log_to_stderr
    from chainzoo.server.run import serve as run_server
    from chainzoo.zoo import Zoo

    settings = _settings(**options)
    log_to_stderr()

    def announce(url: str) -> None:
        addresses = {"url": url, "openai": f"{url}/v1", "docs": f"{url}/docs"}
        if json_:
            print(json.dumps(addresses), flush=True)
        else:
            display.text(
                f"Serving at {url} (OpenAI's clients: {url}/v1; documentation: {url}/docs)."
            )

    run_server(Zoo(), settings, announce)


@click.command()
@click.option("--http", is_flag=True, help="Streamable HTTP at /mcp instead of standard input.")
@_with(SHARED_OPTIONS)
@click.option("--json", "json_", is_flag=True, help="With --http, print the address as JSON.")
def mcp(http: bool, json_: bool, **options: Any) -> None:
    """Offer the fifteen tools to an MCP client, on standard input and output or over HTTP.

    An option can also be set in the environment: --port by CHAINZOO_SERVER_PORT, and so on.

    Example:  chainzoo mcp --root ~/data
    """
    _check_packages()
    from chainzoo.server.mcp.serve import serve_http, serve_stdio
    from chainzoo.zoo import Zoo

    settings = _settings(**options)
    if not http:
        serve_stdio(Zoo(), settings)
        return

    def announce(url: str) -> None:
        if json_:
            print(json.dumps({"url": f"{url}/mcp"}), flush=True)
        else:
            display.text(f"MCP at {url}/mcp.")

    serve_http(Zoo(), settings, announce)


def _settings(*, yes: bool, auto_approve_minutes: float, **options: Any) -> ServerSettings:
    """The settings from the options that were passed, else from the environment.

    Raises:
        click.UsageError: a value is invalid; the message names its option or variable.
    """
    from pydantic import ValidationError

    from chainzoo.server.settings import ServerSettings, environment_variable

    if yes:
        options["auto_approve_minutes"] = auto_approve_minutes
    passed = {name: value for name, value in options.items() if value not in (None, ())}
    try:
        return ServerSettings(**passed)
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][0])
        flag = "--" + field.replace("_", "-")
        source = flag if field in passed else environment_variable(field)
        raise click.UsageError(f"{source}: {first['msg']}.") from None


def _check_packages() -> None:
    from chainzoo.errors import MissingExtraError

    missing = [name for name in REQUIRED_PACKAGES if find_spec(name) is None]
    if missing:
        raise MissingExtraError(
            f"Serving needs {', '.join(missing)}.", remedy='Run `pip install "chainzoo[serve]"`.'
        )

"""Commands that serve: serve, mcp."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import click

from chainzoo.cli import display
from chainzoo.cli.commands.chat import approval_options
from chainzoo.cli.model_options import GENERAL, ModelCommand, ModelOptions

if TYPE_CHECKING:
    from chainzoo.server.settings import ServerSettings

SECTION = "Serving"
REQUIRED_PACKAGES = (
    "fastapi",
    "mcp",
    "prometheus_client",
    "pydantic_settings",
    "sse_starlette",
    "uvicorn",
)
ADDRESS_FIELDS = ("host", "port", "token")
# An option that is left out has its value from the environment, or the default of ServerSettings.
ADDRESS = ModelOptions(
    "chainzoo.server.settings:ServerSettings",
    groups={GENERAL: ADDRESS_FIELDS},
    from_environment=False,
    extra="serve",
)
SERVING = replace(
    ADDRESS,
    groups={
        GENERAL: ("models", *ADDRESS_FIELDS, "llm", "log_texts"),
        "Memory and limits": (
            "memory_mb",
            "cache_size",
            "max_body_bytes",
            "max_items",
            "max_characters",
            "max_tokens",
            "timeout_seconds",
            "shutdown_timeout_seconds",
            "max_concurrent_predictions",
            "max_concurrent_chats",
            "max_concurrent_agent_calls",
        ),
    },
)


@click.command(cls=ModelCommand, generated=(SERVING,))
@approval_options
@click.option("--json", "json_", is_flag=True, help="Print the address as JSON once it is up.")
def serve(json_: bool, models: tuple[str, ...], **options: Any) -> None:
    """Serve models, the agent and the tools over HTTP.

    OpenAI's API, typed predictions, runs; the documentation is at /docs.

    An option can also be set in the environment: --port by CHAINZOO_SERVER_PORT, and so on.

    Example:  chainzoo serve --models tickets@production --port 8000
    """
    _check_packages()
    from chainzoo.server.json_log import log_to_stderr
    from chainzoo.server.run import serve as run_server
    from chainzoo.zoo import Zoo

    settings = _settings(models=",".join(models), **options)
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


@click.command(cls=ModelCommand, generated=(ADDRESS,))
@click.option("--http", is_flag=True, help="Streamable HTTP at /mcp instead of standard input.")
@approval_options
@click.option("--json", "json_", is_flag=True, help="With --http, print the address as JSON.")
def mcp(http: bool, json_: bool, **options: Any) -> None:
    """Offer the fifteen tools to an MCP client.

    On standard input and output, or over HTTP.

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
    passed = {name: value for name, value in options.items() if value not in (None, (), "")}
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


COMMANDS = (serve, mcp)

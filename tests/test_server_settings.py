"""Server settings: where a value comes from, what is refused, and that a token stays secret."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from pydantic import ValidationError

from chainzoo.cli.commands import server as commands
from chainzoo.errors import ServerError
from chainzoo.server.settings import ENVIRONMENT_PREFIX, TOKEN_VARIABLES, ServerSettings

NO_APPROVAL: Any = {"yes": False, "auto_approve_minutes": 10.0}


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith(ENVIRONMENT_PREFIX) or name in TOKEN_VARIABLES:
            monkeypatch.delenv(name)


def test_an_argument_goes_before_the_environment_and_that_before_the_default(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert ServerSettings().port == 8000
    monkeypatch.setenv("CHAINZOO_SERVER_PORT", "9000")
    assert ServerSettings().port == 9000
    assert ServerSettings(port=9001).port == 9001
    monkeypatch.setenv("CHAINZOO_SERVER_PORT", "")
    assert ServerSettings().port == 8000


def test_an_option_of_the_command_goes_before_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CHAINZOO_SERVER_MAX_ITEMS", "3")
    monkeypatch.setenv("CHAINZOO_SERVER_MODELS", "a, b@production")
    settings = commands._settings(max_items=None, models=None, roots=(), **NO_APPROVAL)
    assert (settings.max_items, settings.models) == (3, ("a", "b@production"))
    settings = commands._settings(max_items=5, models="c", roots=("x",), **NO_APPROVAL)
    assert (settings.max_items, settings.models) == (5, ("c",))
    assert settings.roots == (Path("x"),)
    assert settings.auto_approve_minutes is None
    assert commands._settings(yes=True, auto_approve_minutes=4.0).auto_approve_minutes == 4.0


def test_several_values_in_a_variable_are_separated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAINZOO_SERVER_ROOTS", os.pathsep.join(("/data", "/more, data")))
    assert ServerSettings().roots == (Path("/data"), Path("/more, data"))


def test_an_error_names_the_option_or_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(click.UsageError, match=r"--max-items: Input should be greater"):
        commands._settings(max_items=0, **NO_APPROVAL)
    monkeypatch.setenv("CHAINZOO_SERVER_PORT", "tcp://10.0.0.1:80")
    with pytest.raises(click.UsageError, match=r"CHAINZOO_SERVER_PORT: Input should be a valid"):
        commands._settings(max_items=1, **NO_APPROVAL)


def test_unknown_and_invalid_values_are_refused() -> None:
    for values in ({"prot": 1}, {"port": -1}, {"max_items": 0}, {"timeout_seconds": 0}):
        with pytest.raises(ValidationError):
            ServerSettings(**values)


def test_the_token_is_never_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = ServerSettings(token="open sesame")
    assert "open sesame" not in f"{settings!r} {settings} {settings.model_dump()}"
    assert settings.secret == "open sesame"
    for values in ({"token": ["open sesame"]}, {"token": "open sesame", "port": -1}):
        with pytest.raises(ValidationError) as refused:
            ServerSettings(**values)
        assert "open sesame" not in str(refused.value)


def test_the_token_is_read_from_either_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAINZOO_TOKEN", "of both sides")
    assert ServerSettings().secret == "of both sides"
    monkeypatch.setenv("CHAINZOO_SERVER_TOKEN", "of the server")
    assert ServerSettings().secret == "of the server"
    assert ServerSettings(token="passed").secret == "passed"


def test_other_hosts_than_loopback_need_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    ServerSettings().require_token_for_network()
    with pytest.raises(ServerError, match="no token is set"):
        ServerSettings(host="0.0.0.0").require_token_for_network()
    monkeypatch.setenv("CHAINZOO_TOKEN", "secret")
    ServerSettings(host="0.0.0.0").require_token_for_network()


def test_the_command_has_an_option_for_each_setting_with_its_default() -> None:
    context = click.Context(commands.serve, help_option_names=[])
    options = {option.name: option for option in commands.serve.get_params(context)}
    own = {"json_", "yes"}
    assert set(options) - own == set(ServerSettings.model_fields)
    for name, field in ServerSettings.model_fields.items():
        stated = re.search(r"\[default: ([\d.]+)\]", getattr(options[name], "help", "") or "")
        if stated and name != "host":
            assert float(stated[1]) == field.default, name
    assert "[default: 127.0.0.1]" in options["host"].help  # type: ignore[attr-defined]


def test_the_command_passes_the_environment_on(monkeypatch: pytest.MonkeyPatch) -> None:
    passed: list[ServerSettings] = []
    monkeypatch.setattr(
        "chainzoo.server.run.serve", lambda zoo, settings, on_started: passed.append(settings)
    )
    monkeypatch.setattr("chainzoo.server.json_log.log_to_stderr", lambda: None)
    variables = {"MODELS": "a,b@live", "LOG_TEXTS": "1", "PORT": "9000", "MAX_ITEMS": "7"}
    for name, value in variables.items():
        monkeypatch.setenv(f"CHAINZOO_SERVER_{name}", value)
    for arguments in ([], ["--port", "9001", "--models", "c", "--root", "x"]):
        result = CliRunner().invoke(commands.serve, arguments, catch_exceptions=False)
        assert result.exit_code == 0, result.output
    from_environment, from_options = passed
    assert from_environment.models == ("a", "b@live")
    assert (from_environment.port, from_environment.max_items) == (9000, 7)
    assert from_environment.log_texts
    assert from_environment.roots == ()
    assert (from_options.models, from_options.port, from_options.max_items) == (("c",), 9001, 7)
    assert from_options.roots == (Path("x"),)

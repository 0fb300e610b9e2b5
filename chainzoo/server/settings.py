"""``ServerSettings``: every setting of the HTTP and MCP servers, from arguments and the environment."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

from pydantic import AliasChoices, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from chainzoo.errors import ServerError

ENVIRONMENT_PREFIX = "CHAINZOO_SERVER_"
TOKEN_VARIABLES = ("CHAINZOO_SERVER_TOKEN", "CHAINZOO_TOKEN")
LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})


class ServerSettings(BaseSettings):
    """Where the server listens, who may call it, and how much it accepts.

    A field that is not passed is read from the environment variable ``CHAINZOO_SERVER_`` and its
    name, such as ``CHAINZOO_SERVER_PORT``, and else has its default. ``CHAINZOO_TOKEN``, which
    ``RemoteZoo`` also reads, sets the token as well.

    Raises:
        pydantic.ValidationError: a value is out of range, or a field is unknown.
    """

    model_config = SettingsConfigDict(
        env_prefix=ENVIRONMENT_PREFIX,
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
        use_attribute_docstrings=True,
        hide_input_in_errors=True,  # A token must not be printed.
        validate_by_alias=True,
        validate_by_name=True,
    )

    host: str = "127.0.0.1"
    """The address to listen on. Any other than loopback needs a token."""
    port: int = Field(default=8000, ge=0, le=65535)
    """The port to listen on; 0 takes a free one."""
    token: SecretStr | None = Field(default=None, validation_alias=AliasChoices(*TOKEN_VARIABLES))
    """The bearer token that callers must send; as a variable it is hidden from ``ps``."""
    models: Annotated[tuple[str, ...], NoDecode] = ()
    """Models to serve, separated by commas; by default every tuned model and every fetched card."""
    roots: Annotated[tuple[Path, ...], NoDecode] = ()
    """Folders, besides the working folder, whose files the agent and the tools may read and write.
    In the environment, separated as in ``PATH``."""
    llm: str | None = None
    """The chat model behind ``/v1/agent``; the embedded brain if left out."""
    auto_approve_minutes: float | None = Field(default=None, ge=0)
    """Approve plans of up to this estimate without asking; a deletion always asks."""
    log_texts: bool = False
    """Write the texts of requests into the log."""

    memory_mb: float | None = Field(default=None, gt=0)
    """Memory for weights; the model that was unused for longest is unloaded first."""
    cache_size: int = Field(default=0, ge=0)
    """Predictions to cache."""
    max_body_bytes: int = Field(default=4_000_000, ge=1)
    """Size of a request's body."""
    max_items: int = Field(default=512, ge=1)
    """Inputs in a request."""
    max_characters: int = Field(default=400_000, ge=1)
    """Characters of all inputs in a request together."""
    max_tokens: int = Field(default=2048, ge=1)
    """Tokens that a request may ask for."""
    timeout_seconds: float = Field(default=120.0, gt=0)
    """Time for a response, and for a request's body to arrive."""
    shutdown_timeout_seconds: float = Field(default=30.0, ge=0)
    """Time that a shutdown waits for requests in progress."""
    max_concurrent_predictions: int = Field(default=64, ge=1)
    """Predictions, completions and embeddings in progress at once."""
    max_concurrent_chats: int = Field(default=8, ge=1)
    """Chat completions in progress at once, those that wait for the model included."""
    max_concurrent_agent_calls: int = Field(default=4, ge=1)
    """Agent turns, tool calls and event streams of runs in progress at once."""

    @field_validator("models", mode="before")
    @classmethod
    def _split_models(cls, value: Any) -> Any:
        return _split(value, ",")

    @field_validator("roots", mode="before")
    @classmethod
    def _split_roots(cls, value: Any) -> Any:
        return _split(value, os.pathsep)

    @property
    def secret(self) -> str | None:
        """The token in plain text."""
        return self.token.get_secret_value() if self.token else None

    def require_token_for_network(self) -> None:
        """Refuse to listen where other machines could call without a token.

        Raises:
            ServerError: the host is not loopback, and no token is set.
        """
        if self.host not in LOOPBACK_HOSTS and self.token is None:
            raise ServerError(
                f"Other machines can reach {self.host}, and no token is set.",
                remedy=f"Pass --token or set {TOKEN_VARIABLES[0]}, or listen on 127.0.0.1.",
            )


def environment_variable(field: str) -> str:
    """The environment variable that sets a field."""
    return ENVIRONMENT_PREFIX + field.upper()


def _split(value: Any, separator: str) -> Any:
    if not isinstance(value, str):
        return value
    return tuple(part for item in value.split(separator) if (part := item.strip()))

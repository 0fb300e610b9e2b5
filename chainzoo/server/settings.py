"""Everything that decides how the server serves: one validated object."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from chainzoo.errors import ServerError

TOKEN_VARIABLE = "CHAINZOO_TOKEN"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class ServerSettings(BaseModel):
    """Where to listen, who may call, and how much at once."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    """0 takes a free port."""
    token: SecretStr | None = None
    models: tuple[str, ...] = ()
    """What may be called; empty: every tuned model, and every card that is fetched."""
    roots: tuple[Path, ...] = ()
    """Folders besides the working one whose files the agent and the tools may touch."""
    llm: str | None = None
    """The chat model that drives /v1/agent; the embedded brain if left out."""
    auto_approve_minutes: float | None = Field(default=None, ge=0)
    """What tools and agent do unasked, by a plan's estimate; deleting never."""
    log_texts: bool = False

    memory_mb: float | None = Field(default=None, gt=0)
    """For weights; what was not called for longest goes first."""
    cache_size: int = Field(default=0, ge=0)
    """Answers that are remembered."""
    max_body_bytes: int = Field(default=4_000_000, ge=1)
    max_items: int = Field(default=512, ge=1)
    """Inputs of one request."""
    max_characters: int = Field(default=400_000, ge=1)
    """Characters of all inputs of one request together."""
    max_tokens: int = Field(default=2048, ge=1)
    """Tokens that one answer may be asked for."""
    seconds: float = Field(default=120.0, gt=0)
    """Time for one answer, and for one body to arrive."""
    predictions_at_once: int = Field(default=64, ge=1)
    chats_at_once: int = Field(default=8, ge=1)
    """Those that wait for the model are counted too."""
    talks_at_once: int = Field(default=4, ge=1)
    drain_seconds: float = Field(default=30.0, ge=0)
    """How long a stop waits for what is under way."""

    def checked(self) -> ServerSettings:
        """These settings, when it is safe to listen with them; the token may be the environment's.

        Raises:
            ServerError: others could reach the server, and no token keeps them out.
        """
        token = self.token or (os.environ.get(TOKEN_VARIABLE) or None)
        if token is not None and not isinstance(token, SecretStr):
            token = SecretStr(token)
        if self.host not in LOOPBACK and token is None:
            raise ServerError(
                f"On {self.host} others can reach the server, and there is no token.",
                remedy=f"Give --token, or set {TOKEN_VARIABLE}; or listen on 127.0.0.1.",
            )
        return self.model_copy(update={"token": token})

    @property
    def secret(self) -> str | None:
        """The token in the clear."""
        return self.token.get_secret_value() if self.token else None

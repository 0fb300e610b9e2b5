"""The folder in which ChainZoo keeps what it makes: weights, cards, runs, models, the registry."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

ENVIRONMENT_VARIABLE = "CHAINZOO_HOME"


@dataclass(frozen=True, slots=True)
class Home:
    """The places below one root folder. Nothing is created until it is written to."""

    root: Path

    @classmethod
    def default(cls) -> Home:
        """``CHAINZOO_HOME`` when it is set, else ``~/.chainzoo``."""
        named = os.environ.get(ENVIRONMENT_VARIABLE)
        return cls(Path(named).expanduser().absolute() if named else Path.home() / ".chainzoo")

    @property
    def weights(self) -> Path:
        """Fetched base models, one folder a card."""
        return self.root / "weights"

    @property
    def cards(self) -> Path:
        """The user's own cards: TOML files."""
        return self.root / "cards"

    @property
    def runs(self) -> Path:
        """One folder a run: its checkpoints, log and pictures."""
        return self.root / "runs"

    @property
    def models(self) -> Path:
        """Published tuned models, ``name/version``."""
        return self.root / "models"

    @property
    def cache(self) -> Path:
        """What can be thrown away at any time, such as embeddings of the catalog."""
        return self.root / "cache"

    @property
    def database_url(self) -> str:
        """The registry's SQLAlchemy URL when the user names no other."""
        return f"sqlite:///{self.root / 'registry.db'}"

"""The home: the folder that holds weights, model cards, runs, models and the registry."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

HOME_VARIABLE = "CHAINZOO_HOME"


@dataclass(frozen=True, slots=True)
class Home:
    """The folders below one root. A folder is created when something is first written to it."""

    root: Path

    @classmethod
    def default(cls) -> Home:
        """Return the home at ``CHAINZOO_HOME`` when that is set, else at ``~/.chainzoo``."""
        path = os.environ.get(HOME_VARIABLE)
        return cls(Path(path).expanduser().absolute() if path else Path.home() / ".chainzoo")

    @classmethod
    def resolve(cls, home: Home | str | Path | None) -> Home:
        """Return the home that a public constructor was given: a home, its root, or the default."""
        if isinstance(home, Home):
            return home
        return cls(Path(home).expanduser().absolute()) if home else cls.default()

    @property
    def weights(self) -> Path:
        """Fetched base models, one folder for each card."""
        return self.root / "weights"

    @property
    def cards(self) -> Path:
        """The user's own model cards, as TOML files."""
        return self.root / "cards"

    @property
    def runs(self) -> Path:
        """Checkpoints, log and plots of each run, in a folder named by its id."""
        return self.root / "runs"

    @property
    def models(self) -> Path:
        """Published models, in ``name/version``."""
        return self.root / "models"

    @property
    def cache(self) -> Path:
        """Files that are computed again when they are missing, such as embeddings of the catalog."""
        return self.root / "cache"

    @property
    def database_url(self) -> str:
        """The SQLAlchemy URL of the registry when no other is configured."""
        return f"sqlite:///{self.root / 'registry.db'}"

"""A model card: the facts about a pretrained model, and the sources of its weights.

A fact that is not verified is left out; it is shown as "not stated" and passes no filter.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from chainzoo.catalog.sources.source import Source

NOT_STATED = "not stated"
MULTILINGUAL = "multilingual"


class _FrozenModel(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Score(_FrozenModel):
    """A published score; ``source`` is where it was published."""

    dataset: str = Field(min_length=1)
    metric: str = Field(min_length=1)
    value: float
    source: str = Field(min_length=1)


class ModelCard(_FrozenModel):
    """The facts about one model. ``languages`` are ISO 639-1 codes or ``multilingual``."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")
    title: str = Field(min_length=1)
    kind: Literal["encoder", "seq2seq", "causal", "vision", "embedding"]
    description: str = Field(min_length=1)
    institution: str | None = None
    architecture: str | None = None
    tasks: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    license: str | None = None
    parameters: int | None = Field(None, gt=0)
    size_mb: float | None = Field(None, gt=0)
    context: int | None = Field(None, gt=0)
    pooling: Literal["mean", "cls"] | None = None
    scores: tuple[Score, ...] = ()
    sources: tuple[Source, ...] = Field(min_length=1)

    def facts(self) -> dict[str, str]:
        """Return all facts as text to show, unknown ones as ``not stated``."""
        size = f"{self.size_mb:,.0f} MB" if self.size_mb else NOT_STATED
        count = f"{self.parameters / 1e6:,.1f} M" if self.parameters else NOT_STATED
        scores = [f"{s.dataset} {s.metric} {s.value:g} ({s.source})" for s in self.scores]
        return {
            "title": self.title,
            "institution": self.institution or NOT_STATED,
            "kind": self.kind,
            "architecture": self.architecture or NOT_STATED,
            "tasks": ", ".join(self.tasks) or NOT_STATED,
            "languages": ", ".join(self.languages) or NOT_STATED,
            "license": self.license or NOT_STATED,
            "parameters": count,
            "size": size,
            "context": f"{self.context:,} tokens" if self.context else NOT_STATED,
            "scores": "; ".join(scores) or NOT_STATED,
            "sources": ", ".join(str(source) for source in self.sources),
        }

    def summary(self) -> str:
        """Return the text that queries are compared with."""
        tasks = ", ".join(self.tasks)
        return (
            f"{self.title}. {self.description} {self.kind} for {tasks}. {', '.join(self.languages)}"
        )

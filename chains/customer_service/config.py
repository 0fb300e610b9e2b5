"""Settings of a bot, stored as TOML in its folder."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from chains.customer_service.opening_hours import OpeningHours
from chainzoo import DataError, UnknownModelError, Zoo, atomic

INTENT_TASK = "text-classification"  # Of ``BotConfig.intents``.
ENTITY_TASK = "token-classification"  # Of ``BotConfig.entities``.
RERANKER_TASK = "text-ranking"  # Of ``BotConfig.reranker``.

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
CONFIG_FILE = "bot.toml"


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TemplateSlot(_Settings):
    """A value that templates need, found by a pattern or as an entity of the slot's name."""

    pattern: str | None = Field(
        None, description="Regular expression; its first group is the value if it has one."
    )
    ask: dict[str, str] = Field(
        default_factory=dict, description="The question for the value, by language."
    )

    @field_validator("pattern")
    @classmethod
    def _check_pattern(cls, pattern: str | None) -> str | None:
        if pattern is not None:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"not a regular expression: {error}") from None
        return pattern


class ForbiddenTopic(_Settings):
    """A topic that the bot does not talk about."""

    name: str = Field(description="Name of the topic, for the audit log.")
    words: tuple[str, ...] = Field(min_length=1, description="Words or phrases that mark it.")
    reply: dict[str, str] = Field(default_factory=dict, description="The reply, by language.")


class BotConfig(_Settings):
    """A bot. ``train_bot`` fills in ``version``, ``intents`` and ``entities``."""

    name: str = Field(description="Name of the bot.")
    home: Path | None = Field(None, description="ChainZoo's home; default the usual one.")
    model: str = Field(
        "minilm-l6", description="Card of the encoder that embeds texts and is tuned."
    )
    llm: str | None = Field(None, description="Chat model that writes answers from passages.")
    reranker: str | None = Field(None, description="Tuned text-ranking model for the passages.")
    language: str = Field("en", description="Language if none is detected.")
    about: dict[str, str] = Field(
        default_factory=dict, description="What the bot helps with in a few words, by language."
    )

    false_alarms: float = Field(
        0.05, gt=0, lt=0.5, description="Share of in-scope questions rejected as out of scope."
    )
    wrong_answers: float = Field(
        0.05, gt=0, lt=0.5, description="Share of questions that may get a wrong answer."
    )
    epochs: float = Field(3.0, gt=0, le=100, description="Epochs of tuning on the history.")
    method: Literal["full", "lora", "head"] = Field("lora", description="Tuning method.")
    min_reply_customers: int = Field(
        2, ge=1, description="Customers who got a past reply, for it to become knowledge."
    )

    hours: OpeningHours | None = Field(None, description="When people take over.")
    forbidden: tuple[ForbiddenTopic, ...] = Field((), description="Topics that are refused.")
    slots: dict[str, TemplateSlot] = Field(default_factory=dict, description="Slots by name.")
    templates: dict[str, dict[str, str]] = Field(
        default_factory=dict, description="Answers by intent and language, with {slots}."
    )

    version: str | None = Field(None, description="Trained version that answers.")
    intents: str | None = Field(None, description="Tuned model of intents.")
    entities: str | None = Field(None, description="Tuned model of entities.")

    @field_validator("name")
    @classmethod
    def _check_name(cls, name: str) -> str:
        if not NAME.fullmatch(name):
            raise ValueError("use up to 64 letters, digits, '-' and '_'")
        return name

    @property
    def zoo(self) -> Zoo:
        """The zoo of the bot's models."""
        return Zoo(self.home)

    @property
    def folder(self) -> Path:
        """The folder of the bot."""
        return bots_folder(self.home) / self.name

    @classmethod
    def of(cls, source: str, **values: Any) -> BotConfig:
        """Validate settings; ``source`` says in errors where they are from.

        Raises:
            DataError: a setting is unknown or its value does not fit.
        """
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            first = error.errors()[0]
            raise DataError(
                f"{first['msg']}, found {first['input']!r}.",
                file=source,
                field=".".join(map(str, first["loc"])),
                remedy=f"Settings are {', '.join(cls.model_fields)}.",
            ) from None

    @classmethod
    def from_toml(cls, path: str | Path, **values: Any) -> BotConfig:
        """Read settings from a TOML file; ``values`` override those of the file."""
        return cls.of(str(path), **{**read_toml(path), **values})

    def save(self) -> None:
        """Write the settings to the bot's folder; from then on, ``version`` answers."""
        import tomli_w

        values = self.model_dump(mode="json", exclude_none=True, exclude={"home"})
        atomic.write_text(self.folder / CONFIG_FILE, tomli_w.dumps(values))


def read_toml(path: str | Path) -> dict[str, Any]:
    """Return the values of a TOML file.

    Raises:
        DataError: the file does not exist or is not TOML.
    """
    try:
        return tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        message = error.strerror or str(error)
        raise DataError(f"{message}.", file=path, remedy="Check the path.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"not valid TOML: {error}.", file=path, remedy="Correct it.") from None


def bots_folder(home: Path | None) -> Path:
    """Return the folder of the bots of a home."""
    return Zoo(home).home.root / "bots"


def load_config(name: str, home: Path | None = None) -> BotConfig:
    """Load the settings of a trained bot.

    Raises:
        UnknownModelError: there is no bot of that name.
    """
    path = bots_folder(home) / name / CONFIG_FILE
    if not NAME.fullmatch(name) or not path.is_file():
        names = sorted(p.parent.name for p in bots_folder(home).glob(f"*/{CONFIG_FILE}"))
        known = f"there are {', '.join(names)}" if names else "there is none"
        raise UnknownModelError(
            f"There is no bot {name!r}; {known}.",
            remedy="Build one: chainzoo bot build --faq faq.csv --name NAME",
        )
    return BotConfig.from_toml(path, home=home)

"""Everything that decides what a monitor does."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

DAY = 86_400
SECONDS = {"hour": 3_600, "day": DAY}
MONTH_DAYS = 30.4375


class AlertRule(BaseModel):
    """When a change is worth an alert. Lengths are in windows."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    false_a_month: float = Field(
        default=0.5, gt=0, le=100, description="False alerts a month that one is ready to bear."
    )
    history: int | None = Field(
        default=None, ge=8, description="Windows of the past; 56 days or 504 hours when left out."
    )
    least_history: int | None = Field(
        default=None, ge=4, description="Windows before anything is judged; 14 days or 168 hours."
    )
    least_posts: int = Field(default=5, ge=1, description="Posts in a window to be judged at all.")
    least_ratio: float = Field(
        default=1.5, ge=1, description="Times the expected volume, at least."
    )
    least_shift: float = Field(default=0.15, ge=0, le=1, description="Change of a share, at least.")
    cooldown: int = Field(
        default=3, ge=0, description="Windows of silence, unless it grows graver."
    )


class MonitorConfig(BaseModel):
    """A monitor: its models, its windows, its rule for alerts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sentiment: str = Field(description="Tuned model: positive, neutral, negative.")
    topics: str | None = Field(default=None, description="Tuned model that names a post's topic.")
    entities: str | None = Field(
        default=None, description="Tuned model that finds names in a post."
    )
    store: Path = Field(default=Path("opinion_monitor.db"), description="The SQLite file.")
    window: Literal["hour", "day"] = Field(default="day", description="Length of a window.")
    lateness_hours: float = Field(
        default=2.0,
        ge=0,
        le=24 * 30,
        description="How late a post may come before its window closes.",
    )
    same: Literal["post", "text"] = Field(
        default="post", description="What is counted once: the same post, or a text once a day."
    )
    batch: int = Field(
        default=1024, ge=1, le=100_000, description="Posts predicted on and stored at once."
    )
    rule: AlertRule = AlertRule()

    @property
    def seconds(self) -> int:
        """The length of a window."""
        return SECONDS[self.window]

    @property
    def history(self) -> int:
        """Windows that a window is compared with."""
        return self.rule.history or (56 if self.window == "day" else 21 * 24)

    @property
    def least_history(self) -> int:
        """Windows that must have passed before anything is judged."""
        return self.rule.least_history or (14 if self.window == "day" else 7 * 24)

    @property
    def level(self) -> float:
        """The false discovery rate in a window that keeps to the false alerts a month."""
        return min(0.5, self.rule.false_a_month * self.seconds / (MONTH_DAYS * DAY))

"""Settings of an opinion monitor and of its alerts."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

HOUR = 3_600  # Seconds.
DAY = 24 * HOUR
WINDOW_SECONDS = {"hour": HOUR, "day": DAY}
DAYS_PER_MONTH = 30.4375

SENTIMENT_TASK = TOPIC_TASK = "text-classification"  # Of ``sentiment`` and ``topics``.
ENTITY_TASK = "token-classification"  # Of ``entities``.

DeduplicateBy = Literal["post", "text"]


class AlertRule(BaseModel):
    """When a change raises an alert. Lengths are in windows."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    false_alerts_per_month: float = Field(
        default=0.5, gt=0, le=100, description="Expected false alerts a month, at most."
    )
    history: int | None = Field(
        default=None, ge=8, description="Windows compared with; default 56 days or 504 hours."
    )
    min_history: int | None = Field(
        default=None, ge=4, description="Windows before the first test; default 14 days, 168 hours."
    )
    min_posts: int = Field(default=5, ge=1, description="Posts that a tested window has, at least.")
    min_volume_ratio: float = Field(
        default=1.5, ge=1, description="Observed over expected volume, at least."
    )
    min_share_change: float = Field(
        default=0.15, ge=0, le=1, description="Change of the share of a sentiment, at least."
    )
    cooldown: int = Field(
        default=3, ge=0, description="Windows without a further alert, unless it is more severe."
    )


class MonitorConfig(BaseModel):
    """Models, windows and alert rule of a monitor."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sentiment: str = Field(description="Tuned model: positive, neutral, negative.")
    topics: str | None = Field(default=None, description="Tuned model that classifies the topic.")
    entities: str | None = Field(default=None, description="Tuned model that tags entities.")
    store: Path = Field(default=Path("opinion_monitor.db"), description="The SQLite file.")
    window: Literal["hour", "day"] = Field(default="day", description="Length of a window.")
    lateness_hours: float = Field(
        default=2.0,
        ge=0,
        le=24 * 30,
        description="Allowed lateness: hours that a window stays open after its end.",
    )
    deduplicate_by: DeduplicateBy = Field(
        default="post", description="Count once: the same post, or the same text on a day."
    )
    batch_size: int = Field(
        default=1024, ge=1, le=100_000, description="Posts predicted on and stored at once."
    )
    rule: AlertRule = AlertRule()

    @property
    def window_seconds(self) -> int:
        """The length of a window in seconds."""
        return WINDOW_SECONDS[self.window]

    @property
    def history(self) -> int:
        """The number of windows that a window is compared with."""
        return self.rule.history or (56 if self.window == "day" else 21 * 24)

    @property
    def min_history(self) -> int:
        """The number of windows that must have passed before any is tested."""
        return self.rule.min_history or (14 if self.window == "day" else 7 * 24)

    @property
    def false_discovery_rate(self) -> float:
        """The false discovery rate of a window that yields ``rule.false_alerts_per_month``."""
        month_seconds = DAYS_PER_MONTH * DAY
        return min(0.5, self.rule.false_alerts_per_month * self.window_seconds / month_seconds)

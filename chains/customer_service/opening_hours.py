"""Opening hours of the people who take over from the bot."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class OpeningHours(BaseModel):
    """When people are there to take over."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    timezone: str = Field("UTC", description="Such as Europe/Vienna.")
    open: dict[Day, str] = Field(description='Such as mon = "09:00-17:00".')
    closed_on: tuple[date, ...] = Field((), description="Days on which nobody is there.")

    @field_validator("timezone")
    @classmethod
    def _check_timezone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            raise ValueError("no time zone of that name; use one such as Europe/Vienna") from None
        return name

    @field_validator("open")
    @classmethod
    def _check_spans(cls, days: dict[Day, str]) -> dict[Day, str]:
        for span in days.values():
            start, end = _parse_span(span)
            if start >= end:
                raise ValueError(f"{span!r} ends before it begins")
        return days

    def is_open(self, now: datetime) -> bool:
        """Return whether somebody is there at a moment, which has a time zone."""
        local = now.astimezone(ZoneInfo(self.timezone))
        span = self.open.get(DAYS[local.weekday()])
        if span is None or local.date() in self.closed_on:
            return False
        start, end = _parse_span(span)
        return bool(start <= local.time() < end)

    def summary(self) -> str:
        """Return the hours in one line: ``mon 09:00-17:00, tue 09:00-17:00 (Europe/Vienna)``."""
        days = [f"{day} {self.open[day]}" for day in DAYS if day in self.open]
        return f"{', '.join(days)} ({self.timezone})"


def _parse_span(text: str) -> tuple[time, time]:
    try:
        start, end = (time.fromisoformat(part.strip()) for part in text.split("-"))
    except ValueError:
        raise ValueError(f"{text!r} is no span such as '09:00-17:00'") from None
    return start, end

"""How a file is to be read: what a person tells, so that it need not be guessed."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class ReadOptions(BaseModel):
    """Everything that can be told about a file. What is left out is guessed, and the guess shown.

    ``label_column`` may name several columns with commas between: columns of 0 and 1 then make
    a multi-label task. In a file without a header, columns are ``column 1``, ``column 2``, ….
    ``limit`` is the largest number of rows to read.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    task: str | None = None
    text_column: str | None = None
    label_column: str | None = None
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    encoding: str | None = None
    header: bool | None = None
    tag_scheme: Literal["iob1", "iob2", "bioes"] | None = None
    end_inclusive: bool | None = None
    label_delimiter: str | None = Field(default=None, min_length=1)
    strip_digits: bool | None = None
    split: str | None = None
    limit: int | None = Field(default=None, ge=1)

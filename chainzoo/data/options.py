"""Options for reading data: those that the caller sets, and those that were inferred."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from chainzoo.errors import OptionError


class ReadOptions(BaseModel):
    """How to read a file. Options that are ``None`` are inferred from the data.

    ``label_column`` may name several columns with commas between: columns of 0 and 1 then make
    a multi-label task. ``text_column`` may name two columns of a pair of texts in the same way. In a file without a header, columns are ``column 1``, ``column 2``, ….
    ``limit`` is the largest number of rows to read.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    task: str | None = Field(default=None, description="Task of the data.")
    text_column: str | None = Field(default=None, description="Column with the text.")
    label_column: str | None = Field(default=None, description="Column with the label or the tag.")
    delimiter: str | None = Field(
        default=None,
        min_length=1,
        max_length=16,
        description="Character or characters between columns.",
    )
    encoding: str | None = Field(default=None, description="Encoding, such as utf-8 or gb18030.")
    header: bool | None = Field(
        default=None, description="Whether the first line names the columns."
    )
    quotes: bool | None = Field(
        default=None, description="Whether quotes enclose fields of a tab-separated file."
    )
    tag_scheme: Literal["iob1", "iob2", "bioes"] | None = Field(
        default=None, description="How tags mark the tokens of an entity."
    )
    end_inclusive: bool | None = Field(
        default=None, description="Whether the end of a span is its last character."
    )
    label_delimiter: str | None = Field(
        default=None, min_length=1, description="Delimiter between several labels in one cell."
    )
    strip_digits: bool | None = Field(
        default=None, description="Remove the numbers that follow the tokens in some CoNLL files."
    )
    split: str | None = Field(default=None, description="Read only this part of the data.")
    limit: int | None = Field(default=None, ge=1, description="Maximum number of rows to read.")

    @field_validator("delimiter")
    @classmethod
    def _tab(cls, delimiter: str | None) -> str | None:
        r"""A tab is hard to type in a shell: it may be written as ``\t`` or ``tab``."""
        return "\t" if delimiter in ("\\t", "tab") else delimiter

    @classmethod
    def of(cls, **values: Any) -> ReadOptions:
        """Build options from keywords.

        Raises:
            OptionError: a keyword is unknown or its value invalid; the message names it.
        """
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            first = error.errors()[0]
            name = ".".join(str(part) for part in first["loc"])
            raise OptionError(
                f"option {name!r}: {first['msg']}, found {first['input']!r}.",
                remedy=f"The options for reading data are {', '.join(cls.model_fields)}.",
            ) from None


@dataclass(frozen=True, slots=True)
class InferredOption:
    """A fact about the data that was inferred because no option set it.

    ``option`` is the field of :class:`ReadOptions` that overrides it, or ``""`` if there is none.
    """

    name: str
    value: str
    reason: str
    option: str = ""

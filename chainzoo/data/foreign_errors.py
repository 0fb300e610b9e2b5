"""Errors of other libraries, as part of ours."""

from __future__ import annotations

MAX_LENGTH = 200


def first_line(error: Exception) -> str:
    """Return the first line of an error's message, or the error's type if it has none."""
    message = str(error).strip()
    return message.splitlines()[0].rstrip(".")[:MAX_LENGTH] if message else type(error).__name__

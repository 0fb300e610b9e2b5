"""Report an error on standard error in a sentence; a traceback goes to a file."""

from __future__ import annotations

import traceback

from chainzoo.errors import unexpected_error_text

EXIT_ERROR = 1
TRACEBACK_FILE = "last-error.txt"


def report_error(sentence: str) -> int:
    """Print an error; return the exit code."""
    from rich.console import Console
    from rich.markup import escape

    Console(stderr=True).print(f"[bold red]Error:[/] {escape(sentence)}", highlight=False)
    return EXIT_ERROR


def report_unexpected(error: Exception) -> int:
    """Print an error that ChainZoo did not foresee, and write its traceback into the home."""
    from chainzoo.home import Home

    path = Home.default().root / TRACEBACK_FILE
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    except OSError:
        return report_error(unexpected_error_text(error))
    return report_error(f"{unexpected_error_text(error)} See {path}.")

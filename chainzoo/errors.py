"""The exceptions of ChainZoo. All of them are a ``ChainZooError``.

    ChainZooError
    ├── CatalogError (ValueError)            a model card is malformed
    │   └── UnknownCardError (LookupError)   no card has that id
    ├── FetchError (OSError)                 no source of a card delivered its weights
    │   ├── HashMismatchError                a download differs from its pinned SHA-256
    │   ├── NoNetworkError                   a source did not answer
    │   └── DiskFullError                    there is no room for the weights
    ├── ModelLoadError (OSError)             weights or a tokenizer cannot be loaded from a folder
    ├── DataError (ValueError)               a file or object with data cannot be read
    ├── OptionError (ValueError)             a keyword option is unknown or invalid
    ├── TaskError (ValueError)               examples or labels do not fit the task
    ├── RecipeError (ValueError)             a setting of a recipe is unknown or invalid
    ├── TuningError (RuntimeError)           a fine-tuning could not continue
    │   ├── OutOfMemoryError (MemoryError)   the model and a batch do not fit into memory
    │   ├── NotFiniteLossError (ArithmeticError)   the loss became NaN or infinite
    │   └── RunStoppedError                  the run was stopped by request
    ├── RegistryError (RuntimeError)         the registry refused, or its files are damaged
    │   ├── UnknownModelError (LookupError)  no tuned model has that name, version or alias
    │   │   └── UnknownReferenceError (UnknownCardError)   no card has that name either
    │   ├── UnknownRunError (LookupError)    no run has that id
    │   └── ParityError                      a saved model predicts otherwise than the original
    ├── PredictionError (ValueError)         an input cannot be predicted on
    │   └── InvalidInputsError               some inputs of a batch do not fit the task
    ├── AgentError (RuntimeError)            the agent or its chat model cannot work
    ├── ServerError (RuntimeError)           the server cannot be started
    ├── RemoteError (RuntimeError)           a server refused a request, or its answer is invalid
    │   └── NoServerError (OSError)          no server answered
    ├── PluginError (ImportError)            an extension of another package cannot be loaded
    └── MissingExtraError (ImportError)      an optional dependency is not installed

In parentheses stands a second base class: each error can also be caught as the built-in exception
that a programmer expects. The message says what was wrong and where, ``remedy`` what to do.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


class ChainZooError(Exception):
    """Base of all errors. ``str()`` is the message followed by the remedy."""

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}" if self.remedy else self.message


class CatalogError(ChainZooError, ValueError):
    """A model card is malformed."""


class UnknownCardError(CatalogError, LookupError):
    """No card has that id."""


class FetchError(ChainZooError, OSError):
    """No source of a card delivered its weights."""

    def __str__(self) -> str:
        return ChainZooError.__str__(self)


class HashMismatchError(FetchError):
    """A download differs from its pinned SHA-256; it has been deleted."""


class NoNetworkError(FetchError):
    """A source did not answer."""


class DiskFullError(FetchError):
    """There is no room for the weights; the incomplete file has been deleted."""


class ModelLoadError(ChainZooError, OSError):
    """Weights, a tokenizer or an image processor cannot be loaded from a folder."""

    def __str__(self) -> str:
        return ChainZooError.__str__(self)


class DataError(ChainZooError, ValueError):
    """A file or object with data cannot be read.

    ``file``, ``line`` (counted from 1) and ``field`` say where, as far as that is known.
    """

    def __init__(
        self,
        message: str,
        *,
        file: str | Path | None = None,
        line: int | None = None,
        field: str | None = None,
        remedy: str = "",
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.file = str(file) if file is not None else None
        self.line = line
        self.field = field

    def __str__(self) -> str:
        where = [part for part in (self.file, f"line {self.line}" if self.line else None) if part]
        if self.field:
            where.append(f"field {self.field!r}")
        prefix = f"{', '.join(where)}: " if where else ""
        return prefix + super().__str__()


class OptionError(ChainZooError, ValueError):
    """A keyword option is unknown or has an invalid value."""


class TaskError(ChainZooError, ValueError):
    """Examples or labels do not fit the task."""


class RecipeError(ChainZooError, ValueError):
    """A setting of a recipe is unknown, out of range, or contradicts another."""


class TuningError(ChainZooError, RuntimeError):
    """A fine-tuning could not continue."""


class OutOfMemoryError(TuningError, MemoryError):
    """The model and a batch do not fit into memory."""


class NotFiniteLossError(TuningError, ArithmeticError):
    """The loss became NaN or infinite."""


class RunStoppedError(TuningError):
    """The run was stopped by request."""


class RegistryError(ChainZooError, RuntimeError):
    """The registry refused, or its files are damaged."""


class UnknownModelError(RegistryError, LookupError):
    """No tuned model has that name, version or alias."""


class UnknownReferenceError(UnknownCardError, UnknownModelError):
    """A name is neither that of a card nor that of a tuned model."""


class UnknownRunError(RegistryError, LookupError):
    """No run has that id."""


class ParityError(RegistryError):
    """A saved or exported model does not predict what the original predicted."""


class PredictionError(ChainZooError, ValueError):
    """An input cannot be predicted on."""


class InvalidInputsError(PredictionError):
    """Some inputs of a batch do not fit the task; ``errors`` has each one's error by its position.

    The message is that of the first, with its number from 1.
    """

    def __init__(self, errors: Mapping[int, PredictionError]) -> None:
        position = min(errors)
        first = errors[position]
        super().__init__(f"Input {position + 1}: {first.message}", remedy=first.remedy)
        self.errors = dict(errors)

    def __reduce__(self) -> tuple[type[InvalidInputsError], tuple[dict[int, PredictionError]]]:
        return type(self), (self.errors,)


class AgentError(ChainZooError, RuntimeError):
    """The agent cannot work: its chat model is unknown, its thread waits for an answer, or the like."""


class ServerError(ChainZooError, RuntimeError):
    """The server cannot be started with these settings."""


class RemoteError(ChainZooError, RuntimeError):
    """A server refused a request, or its answer is invalid.

    ``status`` is the HTTP status, or 0 when there is none; ``code`` is the server's error code.
    """

    def __init__(
        self, message: str, *, remedy: str = "", status: int = 0, code: str | None = None
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.status = status
        self.code = code
        self.details: dict[str, object] = {}


class NoServerError(RemoteError, OSError):
    """No server answered in time."""

    def __str__(self) -> str:
        return ChainZooError.__str__(self)


class PluginError(ChainZooError, ImportError):
    """An extension of another installed package cannot be loaded."""


class MissingExtraError(ChainZooError, ImportError):
    """An optional dependency is not installed; the remedy has the command that installs it."""


def first_line(error: BaseException) -> str:
    """Return the first line of an error's text, at most 300 characters, or the name of its type."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]


def unexpected_error_text(error: BaseException, where: str = "", *, detail: bool = True) -> str:
    """Return a sentence about an error that is no ``ChainZooError``, for users and agents.

    Args:
        error: what was raised.
        where: what was running, such as the name of a tool.
        detail: include the error's own text, which may name paths.
    """
    place = f" in {where}" if where else ""
    text = f": {first_line(error)}" if detail else ""
    return f"Unexpected error{place} ({type(error).__name__}){text}".rstrip(".") + "."

"""Everything that ChainZoo raises on purpose.

    ChainZooError
    ├── CatalogError (ValueError)          a card is malformed or unknown
    │   └── UnknownCardError (LookupError)
    ├── FetchError (OSError)               weights could not be had
    │   ├── HashMismatchError              what arrived is not what was pinned
    │   ├── NoNetworkError                 nobody answered
    │   └── DiskFullError                  no room for the weights
    ├── ModelLoadError (OSError)           weights or a tokenizer cannot be loaded from a folder
    ├── DataError (ValueError)             a file of the user's cannot be read as meant
    ├── TaskError (ValueError)             the examples do not fit the task
    ├── RecipeError (ValueError)           a setting is out of range or contradicts another
    ├── TuningError (RuntimeError)         a run could not go on
    │   ├── OutOfMemoryError (MemoryError)
    │   ├── NotFiniteLossError (ArithmeticError)
    │   └── RunStoppedError                a person asked it to stop
    ├── RegistryError (RuntimeError)       the registry refused
    │   ├── UnknownModelError (LookupError)
    │   │   └── UnknownReferenceError      also an UnknownCardError: neither has that name
    │   ├── UnknownRunError (LookupError)
    │   └── ParityError                    the saved model does not answer as the tuned one did
    ├── PredictionError (ValueError)       an input cannot be predicted on
    │   └── InvalidInputsError             some inputs of a batch do not fit the task
    ├── AgentError (RuntimeError)          the agent or its chat model cannot work
    ├── ServerError (RuntimeError)         the server cannot be started as asked
    ├── RemoteError (RuntimeError)         a server refused, or answered nonsense
    │   └── NoServerError (OSError)        nobody answered
    ├── PluginError (ImportError)          what another package adds cannot be loaded
    └── MissingExtraError (ImportError)    an optional dependency is not installed

Each is also the built-in kind that a programmer would catch. The text says what was wrong and
where; ``remedy`` says what to do about it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


class ChainZooError(Exception):
    """Base of the family. ``str()`` gives the message followed by the remedy."""

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
    """The weights of a card could not be had from any of its sources."""

    def __str__(self) -> str:
        return ChainZooError.__str__(self)


class HashMismatchError(FetchError):
    """What arrived does not have the pinned SHA-256; it has been thrown away."""


class NoNetworkError(FetchError):
    """A source did not answer."""


class DiskFullError(FetchError):
    """There is no room for the weights; what was half written has been removed."""


class ModelLoadError(ChainZooError, OSError):
    """Weights, a tokenizer or an image processor cannot be loaded from a folder."""

    def __str__(self) -> str:
        return ChainZooError.__str__(self)


class DataError(ChainZooError, ValueError):
    """A file or object of the user's cannot be read as meant.

    ``file``, ``line`` (from 1) and ``field`` say where, as far as it is known.
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


class TaskError(ChainZooError, ValueError):
    """The examples or the labels do not fit the task."""


class RecipeError(ChainZooError, ValueError):
    """A setting is out of range, unknown, or contradicts another."""


class TuningError(ChainZooError, RuntimeError):
    """A fine-tuning run could not go on."""


class OutOfMemoryError(TuningError, MemoryError):
    """The model and its batch do not fit into memory."""


class NotFiniteLossError(TuningError, ArithmeticError):
    """The loss became NaN or infinite."""


class RunStoppedError(TuningError):
    """The run was asked to stop, and did."""


class RegistryError(ChainZooError, RuntimeError):
    """The registry refused, or its files are damaged."""


class UnknownModelError(RegistryError, LookupError):
    """No tuned model has that name, version or alias."""


class UnknownReferenceError(UnknownCardError, UnknownModelError):
    """A name is neither that of a card nor that of a tuned model."""


class UnknownRunError(RegistryError, LookupError):
    """No run has that id."""


class ParityError(RegistryError):
    """A saved model, loaded back, does not reproduce the predictions of its evaluation."""


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


class AgentError(ChainZooError, RuntimeError):
    """The agent cannot work: no such chat model, a thread that waits for an answer, and the like."""


class ServerError(ChainZooError, RuntimeError):
    """The server cannot be started as asked."""


class RemoteError(ChainZooError, RuntimeError):
    """A server refused, or answered what cannot be understood; ``status`` is HTTP's, or 0."""

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
    """What an installed package adds to ChainZoo cannot be loaded."""


class MissingExtraError(ChainZooError, ImportError):
    """An optional dependency is needed; the remedy holds the install command."""


def first_line(error: BaseException) -> str:
    """The first line of an error's text, at most 300 characters; its type's name if it has none."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]


def unexpected_error_text(error: BaseException, where: str = "", *, detail: bool = True) -> str:
    """The sentence that stands for an error outside the family, for people and agents.

    Args:
        error: what was raised.
        where: what was running, such as the name of a tool.
        detail: include the error's own text, which may name paths.
    """
    place = f" in {where}" if where else ""
    text = f": {first_line(error)}" if detail else ""
    return f"Unexpected error{place} ({type(error).__name__}){text}".rstrip(".") + "."

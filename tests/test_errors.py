"""The exceptions: the tree in the module's docstring is the real one, and each can be pickled."""

from __future__ import annotations

import builtins
import inspect
import pickle
import re

import pytest

from chainzoo import errors
from chainzoo.data import ReadOptions
from chainzoo.errors import (
    ChainZooError,
    DataError,
    InvalidInputsError,
    PredictionError,
    UnknownReferenceError,
)

CLASSES = {
    name: kind
    for name, kind in vars(errors).items()
    if inspect.isclass(kind) and issubclass(kind, ChainZooError)
}
LINE = re.compile(r"^    ([│ ├└─]*)(\w+)(?: \((\w+)\))?(?:\s+.*)?$")


def drawn_tree() -> dict[str, tuple[str, ...]]:
    """The base classes of each exception, as the docstring draws them."""
    bases: dict[str, tuple[str, ...]] = {}
    ancestors: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        match = LINE.match(line)
        if match is None or not match[2].endswith("Error"):
            continue
        depth = len(match[1]) // 4
        ancestors[depth:] = [match[2]]
        parent = ancestors[depth - 1] if depth else "Exception"
        bases[match[2]] = (parent, match[3]) if match[3] else (parent,)
    return bases


def test_the_docstring_draws_the_real_tree() -> None:
    real = {name: {base.__name__ for base in kind.__bases__} for name, kind in CLASSES.items()}
    assert {name: set(bases) for name, bases in drawn_tree().items()} == real


@pytest.mark.parametrize("name", [name for name in CLASSES if name != "ChainZooError"])
def test_each_error_is_also_a_builtin_exception(name: str) -> None:
    bases = CLASSES[name].__mro__
    assert any(getattr(builtins, base.__name__, None) is base and base is not Exception
               for base in bases[:-3])  # fmt: skip


@pytest.mark.parametrize("name", [name for name in CLASSES if name != "InvalidInputsError"])
def test_errors_survive_pickling(name: str) -> None:
    error = CLASSES[name]("It is wrong.", remedy="Correct it.")
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert type(copy) is type(error)
    assert str(copy) == str(error) == "It is wrong. Correct it."


def test_errors_of_a_batch_survive_pickling() -> None:
    error = InvalidInputsError({2: PredictionError("No text.", remedy="Give one.")})
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert str(copy) == str(error) == "Input 3: No text. Give one."
    assert list(copy.errors) == [2]


def test_a_data_error_says_where() -> None:
    error = DataError("bad value.", file="a.csv", line=3, field="label", remedy="Correct it.")
    assert str(error) == "a.csv, line 3, field 'label': bad value. Correct it."
    assert str(pickle.loads(pickle.dumps(error))) == str(error)  # noqa: S301


def test_an_unknown_reference_is_caught_as_unknown_card_and_unknown_model() -> None:
    with pytest.raises(errors.UnknownCardError):
        raise UnknownReferenceError("Nothing has that name.")
    with pytest.raises(errors.UnknownModelError):
        raise UnknownReferenceError("Nothing has that name.")


def test_an_unknown_option_is_an_option_error() -> None:
    with pytest.raises(errors.OptionError, match=r"'delimitr'.*delimiter"):
        ReadOptions.of(delimitr=";")
    with pytest.raises(ValueError, match="'limit'"):
        ReadOptions.of(limit=0)

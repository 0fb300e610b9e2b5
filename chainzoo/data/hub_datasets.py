"""Data sets of the Hugging Face hub: ``hub:name``, ``hub:name:config``, ``hub:name@revision``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from chainzoo.data.foreign_errors import first_line
from chainzoo.data.objects import from_datasets
from chainzoo.data.options import ReadOptions
from chainzoo.data.records import Records
from chainzoo.errors import DataError, MissingExtraError

PREFIX = "hub:"


def read_hub_dataset(
    source: str, options: ReadOptions, load: Callable[..., Any] | None = None
) -> Records:
    """Return the rows of all splits, or of ``options.split``.

    Code that a data set brings along is never run.

    Args:
        source: the name, after the prefix ``hub:``.
        options: how to read it.
        load: used instead of ``datasets.load_dataset``.

    Raises:
        DataError: the data set cannot be loaded.
        MissingExtraError: the datasets library is not installed.
    """
    location, _, revision = source.removeprefix(PREFIX).partition("@")
    name, _, config = location.partition(":")
    if not name:
        raise DataError("no data set is named after hub:.", remedy="Write hub:owner/name.")
    load = load or _load_dataset()
    try:
        loaded = load(name, config or None, revision=revision or None, split=options.split)
    except Exception as error:
        raise DataError(
            f"the data set {name!r} could not be loaded from the hub: {first_line(error)}.",
            remedy="Check the name, the split and the network, or give a file.",
        ) from None
    return from_datasets(loaded if isinstance(loaded, Mapping) else {options.split: loaded})


def _load_dataset() -> Callable[..., Any]:
    try:
        from datasets import load_dataset
    except ImportError:
        raise MissingExtraError(
            "Data sets of the hub need the datasets library.",
            remedy="Install it: pip install 'chainzoo[datasets]'",
        ) from None
    loader: Callable[..., Any] = load_dataset
    return loader

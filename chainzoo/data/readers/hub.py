"""A data set of the Hugging Face hub: ``hub:name``, ``hub:name:config``, ``hub:name@revision``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from chainzoo.data.options import ReadOptions
from chainzoo.data.readers.objects import dataset_records
from chainzoo.data.records import Records
from chainzoo.errors import DataError, MissingExtraError

PREFIX = "hub:"


def read_hub(source: str, options: ReadOptions, load: Callable[..., Any] | None = None) -> Records:
    """The rows of all splits, or of ``options.split``. ``load`` stands in for load_dataset.

    Code that a data set brings along is never run. Raises ``DataError`` when it cannot be had.
    """
    place, _, revision = source.removeprefix(PREFIX).partition("@")
    name, _, config = place.partition(":")
    if not name:
        raise DataError("no data set is named after hub:.", remedy="Write hub:owner/name.")
    settings: dict[str, Any] = {"revision": revision or None, "split": options.split}
    try:
        found = (load or _load_dataset())(name, config or None, **settings)
    except MissingExtraError:
        raise
    except Exception as error:
        reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise DataError(
            f"the data set {name!r} could not be had from the hub: {reason}",
            remedy="Check the name, the split and the network, or give a file.",
        ) from None
    if isinstance(found, Mapping):
        return dataset_records(found)
    return dataset_records({options.split: found})


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

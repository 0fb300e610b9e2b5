"""Readers: one module a file format, from a file to records.

Another package adds a reader with :func:`register_reader`, or with an entry point of the group
``chainzoo.readers`` that is named as the format and loads a :class:`Reader` object.
"""

from __future__ import annotations

from chainzoo.data.readers.reader import FileHead, Reader
from chainzoo.extension_points import ExtensionPoint, built_in_modules

_readers: ExtensionPoint[Reader] = ExtensionPoint(
    "chainzoo.readers",
    built_in_modules(__path__, __name__, "READER", exclude=("reader", "merged_cells")),
)


def register_reader(reader: Reader) -> None:
    """Add the reader of a format, or replace it, for the life of the process."""
    _readers.register(reader.name, reader)


def unregister_reader(name: str) -> None:
    """Remove the reader that :func:`register_reader` added under ``name``."""
    _readers.unregister(name)


def readers_by_priority() -> list[Reader]:
    """Return all readers in the order in which they are asked about a file.

    Raises:
        PluginError: a reader of another package cannot be imported.
    """
    return sorted(_readers.load_all().values(), key=lambda reader: reader.priority)


__all__ = ["FileHead", "Reader", "readers_by_priority", "register_reader", "unregister_reader"]

"""Open the source that a user names."""

from __future__ import annotations

from pathlib import Path

from chains.opinion_monitor.sources.base import PostSource
from chains.opinion_monitor.sources.feed import FeedSource
from chains.opinion_monitor.sources.files import FORMATS, FileSource, FolderSource
from chains.opinion_monitor.sources.kafka import KafkaSource
from chains.opinion_monitor.sources.lines import LineSource
from chainzoo import DataError


def open_source(address: str) -> PostSource:
    """Return the source at a path, ``-``, ``https://…`` or ``kafka://broker/topic``.

    Raises:
        DataError: the path does not exist, or its format or the address is not supported.
        MissingExtraError: a library that the source needs is not installed.
    """
    if address == "-":
        return LineSource()
    if address.startswith(("http://", "https://")):
        return FeedSource(address)
    if address.startswith("kafka://"):
        return KafkaSource.from_url(address)
    path = Path(address).expanduser()
    if path.is_dir():
        return FolderSource(path)
    if not path.exists():
        raise DataError(
            "no such file or folder.",
            file=path,
            remedy="Name a file, a folder, - for standard input, https://… or kafka://broker/topic.",
        )
    if path.suffix.lower() not in FORMATS:
        raise DataError(
            f"posts are read from {', '.join(FORMATS)}, not from {path.suffix or 'this'}.",
            file=path,
            remedy="Convert the file.",
        )
    return FileSource(path)

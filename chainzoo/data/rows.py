"""The raw rows of a source, before they become examples.

Raw rows include held-out rows. They are for indexing, copying and prediction; training reads
through ``data/holdout.py``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from chainzoo.data.converters import formats_of_other_tasks
from chainzoo.data.file_head import open_head
from chainzoo.data.hub_datasets import PREFIX, read_hub_dataset
from chainzoo.data.objects import read_object
from chainzoo.data.options import InferredOption, ReadOptions
from chainzoo.data.readers import FileHead, readers_by_priority
from chainzoo.data.records import Records
from chainzoo.errors import DataError


def open_records(source: Any, options: ReadOptions) -> Records:
    """Open a source with the reader of its format; its records are streamed.

    Args:
        source: a path, ``hub:name``, or an object in memory (pandas, pyarrow, datasets, a list).
        options: how to read it.

    Raises:
        DataError: the source cannot be read as the options say.
    """
    if isinstance(source, str) and source.startswith(PREFIX):
        return read_hub_dataset(source, options)
    if isinstance(source, str | Path):
        exclude = formats_of_other_tasks(options.task)
        return read_path(Path(source).expanduser(), options, exclude)
    return read_object(source)


def read_rows(source: Any, options: ReadOptions | None = None) -> Iterator[Mapping[str, Any]]:
    """Yield the rows of a source (CSV, JSON Lines, Excel, …) as mappings of column to value.

    Raises:
        DataError: the source cannot be read.
    """
    for record in open_records(source, options or ReadOptions()).rows:
        yield record.values


def read_path(path: Path, options: ReadOptions, exclude: Collection[str] = ()) -> Records:
    """Open a file or folder with the first reader that recognises it.

    Args:
        path: the file or folder.
        options: how to read it.
        exclude: names of readers not to ask.

    Raises:
        DataError: no reader recognises it, or the one that does cannot read it.
    """
    is_folder = path.is_dir()
    head = FileHead(path) if is_folder else open_head(path, options)
    for reader in readers_by_priority():
        if reader.name in exclude or reader.reads_folders != is_folder:
            continue
        reason = reader.recognize(head, options)
        if reason is None:
            continue
        records = reader.read(head, options)
        inferred = [InferredOption("format", reader.name.replace("_", " "), reason)]
        encoding = head.encoding
        if encoding is not None and not options.encoding:
            inferred.append(InferredOption("encoding", encoding.name, encoding.reason, "encoding"))
        return replace(records, inferred=(*inferred, *records.inferred))
    if is_folder:
        names = sorted(item.name for item in path.iterdir() if item.is_file())[:5]
        raise DataError(
            f"expected a file, found a folder{' with ' + ', '.join(names) if names else ''}.",
            file=path,
            remedy="Name one file in it.",
        )
    raise DataError(
        "its format was not recognised.",
        file=path,
        remedy="Give a CSV, TSV, JSON, JSON Lines, Parquet, Excel or CoNLL file.",
    )

"""Records as pictures with labels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from chainzoo.data.cells import as_label, is_missing
from chainzoo.data.converters import Converted
from chainzoo.data.examples import ImageExample
from chainzoo.data.options import ReadOptions
from chainzoo.data.readers.picture_folder import SUFFIXES
from chainzoo.data.records import Record, Records
from chainzoo.errors import DataError

IMAGE_COLUMNS = ("image", "file_name", "picture", "path", "file")
LABEL_COLUMNS = ("label", "class", "category", "labels")


def matches(sample: Sequence[Record], columns: Sequence[str]) -> bool:
    """A column named so whose values are names of pictures."""
    column = next((c for c in IMAGE_COLUMNS if c in columns), None)
    if column is None:
        return False
    return all(str(r.values.get(column)).lower().endswith(SUFFIXES) for r in sample[:20])


def examples(
    rows: Iterable[Record], sample: Sequence[Record], records: Records, options: ReadOptions
) -> Converted:
    """Pictures with labels; a picture without one is left out and counted in a warning.

    Raises:
        DataError: there is no column with pictures, or a picture is not there.
    """
    columns = records.columns
    image = options.text_column or next((c for c in IMAGE_COLUMNS if c in columns), None)
    label = options.label_column or next((c for c in LABEL_COLUMNS if c in columns), None)
    if image is None or label is None:
        raise DataError(
            f"expected a column of pictures and one of labels, found {', '.join(columns)}.",
            remedy="Give a folder with a folder a class, or columns file_name and label.",
        )
    converted = Converted(iter(()), columns={"image": image, "label": label})
    converted.examples = _stream(rows, image, label, converted)
    return converted


def _stream(
    rows: Iterable[Record], image: str, label: str, converted: Converted
) -> Iterator[ImageExample]:
    unlabelled = 0
    for record in rows:
        path, value = Path(str(record.values.get(image))), record.values.get(label)
        if not path.is_file():
            raise DataError(
                f"there is no picture {str(path)!r}.",
                line=record.line,
                remedy="Give paths that hold from where you are.",
            )
        if is_missing(value):
            unlabelled += 1
            continue
        yield ImageExample(path, (as_label(value),), record.split, record.line)
    if unlabelled:
        converted.warnings.append(f"{unlabelled} pictures have no label; they are left out.")

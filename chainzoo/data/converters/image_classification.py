"""Records as image files with labels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from chainzoo.data.cells import as_label, is_missing
from chainzoo.data.converters.converter import Converted, Converter
from chainzoo.data.examples import ImageExample
from chainzoo.data.images import IMAGE_SUFFIXES
from chainzoo.data.options import ReadOptions
from chainzoo.data.records import Record, Records
from chainzoo.errors import DataError

IMAGE_COLUMNS = ("image", "file_name", "picture", "path", "file")
LABEL_COLUMNS = ("label", "class", "category", "labels")


class ImageClassificationConverter(Converter):
    """Images with labels."""

    task = "image-classification"
    priority = 10

    def matches(self, sample: Sequence[Record], columns: Sequence[str]) -> bool:
        """A column with a usual name whose values are names of image files."""
        column = next((c for c in IMAGE_COLUMNS if c in columns), None)
        if column is None:
            return False
        return all(str(r.values.get(column)).lower().endswith(IMAGE_SUFFIXES) for r in sample[:20])

    def convert(
        self, records: Records, sample: Sequence[Record], options: ReadOptions
    ) -> Converted:
        """Build images with labels; a warning counts the images without a label.

        Raises:
            DataError: there is no column with images, or an image does not exist.
        """
        columns = records.columns
        image = options.text_column or next((c for c in IMAGE_COLUMNS if c in columns), None)
        label = options.label_column or next((c for c in LABEL_COLUMNS if c in columns), None)
        if image is None or label is None:
            raise DataError(
                f"expected a column of images and one of labels, found {', '.join(columns)}.",
                remedy="Give a folder with one subfolder a class, or columns file_name and label.",
            )
        warnings: list[str] = []
        return Converted(
            _stream(records.rows, image, label, warnings),
            warnings=warnings,
            columns={"image": image, "label": label},
        )


CONVERTER = ImageClassificationConverter()


def _stream(
    rows: Iterator[Record], image: str, label: str, warnings: list[str]
) -> Iterator[ImageExample]:
    unlabelled = 0
    for record in rows:
        path, value = Path(str(record.values.get(image))), record.values.get(label)
        if not path.is_file():
            raise DataError(
                f"there is no image {str(path)!r}.",
                line=record.line,
                remedy="Give absolute paths, or paths relative to the current folder.",
            )
        if is_missing(value):
            unlabelled += 1
            continue
        yield ImageExample(path, (as_label(value),), record.split, record.line)
    if unlabelled:
        warnings.append(f"{unlabelled} images have no label; they are left out.")

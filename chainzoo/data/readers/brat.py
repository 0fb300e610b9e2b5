"""One document of brat: annotations (``.ann``) with their text (``.txt``) beside them."""

from __future__ import annotations

from chainzoo.data.brat_documents import is_annotation, read_brat_document
from chainzoo.data.losses import RowLosses
from chainzoo.data.options import ReadOptions
from chainzoo.data.readers.reader import FileHead, Reader
from chainzoo.data.records import Records

COLUMNS = ("document", "text", "entities", "relations")


class BratReader(Reader):
    """Files of annotations in brat's standoff format."""

    name = "brat"
    priority = 15

    def recognize(self, head: FileHead, options: ReadOptions) -> str | None:
        """A file with the suffix ``.ann`` whose lines are annotations."""
        if head.suffix == ".ann" and any(is_annotation(line) for line in head.lines):
            return "its name ends in .ann"
        return None

    def read(self, head: FileHead, options: ReadOptions) -> Records:
        """Return the lines of the text with ``entities`` and ``relations``.

        Raises:
            DataError: there is no text beside the file, or an annotation is malformed.
        """
        losses = RowLosses()
        return Records(read_brat_document(head.path, losses), COLUMNS, losses=losses)


READER = BratReader()

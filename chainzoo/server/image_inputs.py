"""Images in requests: data URLs, written to files for the models that read them.

A path in a request is never opened: it would let callers read files of the server.
"""

from __future__ import annotations

import base64
import binascii
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from chainzoo.errors import PredictionError


@contextmanager
def images_as_files(items: Sequence[Any]) -> Iterator[list[str]]:
    """The paths of temporary files with the images of inputs, for as long as the block lasts.

    An input is a data URL, or an object with one as its ``image``.

    Raises:
        PredictionError: an input is not an image in base64.
    """
    with tempfile.TemporaryDirectory(prefix="chainzoo-") as folder:
        paths = []
        for index, item in enumerate(items):
            path = Path(folder) / str(index)
            path.write_bytes(_decode(index, item))
            paths.append(str(path))
        yield paths


def _decode(index: int, item: Any) -> bytes:
    value = item.get("image") if isinstance(item, dict) else item
    head, _, body = str(value).partition(",")
    if not head.startswith("data:image/") or not head.endswith(";base64"):
        raise PredictionError(
            f"Input {index + 1} is not an image.", remedy="Send it as data:image/png;base64,…"
        )
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        raise PredictionError(f"The image of input {index + 1} is not valid base64.") from None

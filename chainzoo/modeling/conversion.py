"""Convert weights that no library loads directly, once, when they are fetched."""

from __future__ import annotations

from pathlib import Path

from chainzoo.errors import FetchError


def convert(folder: Path) -> None:
    """Convert the weights in ``folder`` to safetensors, by their form, and remove the original.

    GGUF files of language models and the 4-bit file of multilingual-e5-small are known.

    Raises:
        FetchError: the folder holds no weights of a known form, or they cannot be read.
    """
    from chainzoo.modeling.e5_binary import MAGIC, convert_e5_binary
    from chainzoo.modeling.gguf import gguf_to_safetensors

    for path in folder.glob("*.bin"):
        with path.open("rb") as opened:
            is_e5 = opened.read(len(MAGIC)) == MAGIC
        if is_e5:
            convert_e5_binary(path, folder)
            path.unlink()
            return
    if not any(folder.glob("*.gguf")):
        raise FetchError(
            "The source holds neither safetensors nor a file that can be converted.",
            remedy="Choose another card or source; pickled weights are never loaded.",
        )
    gguf_to_safetensors(folder)

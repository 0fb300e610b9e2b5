"""Split documents into chunks of a size that an encoder reads well."""

from __future__ import annotations

from collections.abc import Sequence

from langchain_core.documents import Document
from langchain_text_splitters import RecursiveCharacterTextSplitter

CHUNK_SIZE = 700
"""Characters: some 150 English words, which small encoders read whole."""
CHUNK_OVERLAP = 80
SEPARATORS = ["\n\n", "\n", "。", "！", "？", ". ", "! ", "? ", "；", "; ", "，", ", ", " ", ""]


def split_documents(documents: Sequence[Document]) -> list[Document]:
    """Chunks with the metadata of their document, and ``start``, their offset in it."""
    splitter = RecursiveCharacterTextSplitter(
        separators=SEPARATORS,
        keep_separator="end",
        chunk_size=CHUNK_SIZE,
        chunk_overlap=CHUNK_OVERLAP,
        add_start_index=True,
    )
    chunks = splitter.split_documents(list(documents))
    for chunk in chunks:
        chunk.metadata["start"] = chunk.metadata.pop("start_index", 0)
    return chunks

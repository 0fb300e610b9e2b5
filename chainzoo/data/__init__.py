"""Data: the files that people have, read as one typed table of examples."""

from __future__ import annotations

from chainzoo.data.examples import Span, TextExample, TokenExample
from chainzoo.data.options import InferredOption, ReadOptions
from chainzoo.data.table import Table

__all__ = ["InferredOption", "ReadOptions", "Span", "Table", "TextExample", "TokenExample"]

"""Data: files people really have, as one typed table of examples."""

from __future__ import annotations

from chainzoo.data.examples import InferredOption, Span, Table, TextExample, TokenExample
from chainzoo.data.options import ReadOptions

__all__ = ["InferredOption", "ReadOptions", "Span", "Table", "TextExample", "TokenExample"]

"""Data: files people really have, as one typed table of examples."""

from __future__ import annotations

from chainzoo.data.examples import Guess, Span, Table, TextExample, TokenExample
from chainzoo.data.options import ReadOptions

__all__ = ["Guess", "ReadOptions", "Span", "Table", "TextExample", "TokenExample"]

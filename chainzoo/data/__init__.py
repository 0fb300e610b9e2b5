"""Data: files people really have, as one typed table of examples."""

from __future__ import annotations

from chainzoo.data.duplicates import duplicate_groups
from chainzoo.data.examples import Guess, Span, Table, TextExample, TokenExample
from chainzoo.data.language import LanguageGuess, guess_language
from chainzoo.data.options import ReadOptions
from chainzoo.data.read import read_rows

__all__ = [
    "Guess",
    "LanguageGuess",
    "ReadOptions",
    "Span",
    "Table",
    "TextExample",
    "TokenExample",
    "duplicate_groups",
    "guess_language",
    "read_rows",
]

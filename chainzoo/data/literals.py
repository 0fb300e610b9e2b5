"""Lists and dictionaries that a program wrote as text into a cell of a table.

Read are JSON, Python's ``repr`` and NumPy's (``array([…], dtype=…)``, and lists without commas).
Nothing is evaluated: a small parser builds lists, dictionaries, texts and numbers only.
"""

from __future__ import annotations

import ast
import itertools
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from chainzoo.data.options import InferredOption
from chainzoo.data.records import Record, Records

MAX_CHARACTERS = 1 << 20
MAX_DEPTH = 32
MIN_SHARE = 0.9  # Of the filled cells of a column that are lists or dictionaries.
# Texts that a model is to generate, which may be JSON themselves.
TEXTS = frozenset({
    "text", "output", "response", "completion", "reply", "content", "instruction", "prompt",
    "input", "target", "chosen", "rejected",
})  # fmt: skip
TOKEN = re.compile(
    r"""\s*(?:(?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
    r"""|(?P<number>[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)"""
    r"""|(?P<name>[A-Za-z_][\w.]*)|(?P<mark>[\[\](){}:,=]))""",
    re.DOTALL,
)
NAMES = {"None": None, "null": None, "nan": None, "NaN": None, "True": True, "true": True,
         "False": False, "false": False}  # fmt: skip
ARRAYS = frozenset({"array", "np.array", "numpy.array"})
CLOSING = {"[": "]", "(": ")"}


def parse_literal(text: str) -> Any:
    """Return the list or dictionary that a text is; ``None`` for any other text.

    >>> parse_literal("{'text': array(['Marl'], dtype=object)}")
    {'text': ['Marl']}
    >>> parse_literal("[1] a footnote") is None
    True
    """
    text = text.strip()
    if len(text) > MAX_CHARACTERS or text[:1] not in ("[", "{") or text[-1:] not in ("]", "}"):
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        try:
            value = _Parser(text).document()
        except ValueError:
            return None
    return value if isinstance(value, list | dict) else None


class _Parser:
    """A recursive descent over the tokens of one text."""

    def __init__(self, text: str) -> None:
        self.tokens = list(_tokens(text))
        self.at = 0

    def document(self) -> Any:
        value = self.value(0)
        if self.at != len(self.tokens):
            raise ValueError("text after the value")
        return value

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")

    def take(self, mark: str | None = None) -> tuple[str, str]:
        kind, word = self.peek()
        if kind == "end" or (mark is not None and (kind, word) != ("mark", mark)):
            raise ValueError(f"expected {mark}, found {word}")
        self.at += 1
        return kind, word

    def value(self, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise ValueError("nested too deeply")
        kind, word = self.take()
        if kind == "text":
            return _unescape(word)
        if kind == "number":
            return float(word) if set(word) & set(".eE") else int(word)
        if kind == "name":
            return self.array(depth) if word in ARRAYS else _named(word)
        if word in CLOSING:
            return self.items(CLOSING[word], depth)
        if word == "{":
            return self.mapping(depth)
        raise ValueError(f"no value: {word}")

    def items(self, closing: str, depth: int) -> list[Any]:
        """Parse values up to the closing mark; NumPy writes no commas between them."""
        values = []
        while self.peek() != ("mark", closing):
            values.append(self.value(depth + 1))
            if self.peek() == ("mark", ","):
                self.take()
        self.take(closing)
        return values

    def mapping(self, depth: int) -> dict[str, Any]:
        values = {}
        while self.peek() != ("mark", "}"):
            name = self.value(depth + 1)
            self.take(":")
            if not isinstance(name, str | int | float):
                raise ValueError("no key")
            values[str(name)] = self.value(depth + 1)
            if self.peek() == ("mark", ","):
                self.take()
        self.take("}")
        return values

    def array(self, depth: int) -> Any:
        """Parse ``array(VALUE, dtype=…)`` as the value."""
        self.take("(")
        value = self.value(depth + 1)
        while self.peek() == ("mark", ","):
            self.take()
            if self.peek() == ("mark", ")"):
                break
            self.take()
            self.take("=")
            self.take()
        self.take(")")
        return value


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None:
            raise ValueError("no token")
        at = match.end()
        kind = str(match.lastgroup)
        yield kind, match.group(kind)


def _unescape(word: str) -> str:
    try:
        return str(ast.literal_eval(word.replace("\n", "\\n").replace("\r", "\\r")))
    except (ValueError, SyntaxError):
        raise ValueError("no text") from None


def _named(word: str) -> Any:
    if word not in NAMES:
        raise ValueError(f"unknown name {word}")
    return NAMES[word]


def parse_literal_cells(records: Records, sample: Sequence[Record]) -> Records:
    """Return records in which the columns of lists and dictionaries as text are parsed.

    ``sample`` decides which columns these are. The records returned include ``sample``.
    """
    names = sorted({name for record in sample for name in record.values})
    columns = tuple(name for name in names if _holds_literals(sample, name))
    rows = itertools.chain(sample, records.rows)
    if not columns:
        return replace(records, rows=rows)
    note = InferredOption("lists in cells", ", ".join(columns), "their cells are lists as text")
    parsed = (replace(r, values=_parsed(r.values, columns)) for r in rows)
    return Records(parsed, records.columns, (*records.inferred, note))


def _parsed(values: Any, columns: Sequence[str]) -> dict[str, Any]:
    parsed = dict(values)
    for column in columns:
        cell = parsed.get(column)
        if isinstance(cell, str):
            value = parse_literal(cell)
            parsed[column] = cell if value is None else value
    return parsed


def _holds_literals(sample: Sequence[Record], column: str) -> bool:
    if column.lower() in TEXTS:
        return False
    cells = [cell for r in sample if isinstance(cell := r.values.get(column), str) and cell.strip()]
    begins = sum(cell.lstrip()[0] in "[{" for cell in cells)
    if not cells or begins < MIN_SHARE * len(cells):
        return False
    return sum(parse_literal(cell) is not None for cell in cells) >= MIN_SHARE * len(cells)

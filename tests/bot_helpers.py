"""Shared by the tests of the bot: the bot of the sample shop, as the example builds it."""

from __future__ import annotations

import importlib.util
import io
from contextlib import redirect_stdout
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from chains.customer_service import Bot, build_bot
from chains.customer_service.config import load_config

ROOT = Path(__file__).parents[1]
SHOP = ROOT / "examples/data/shop"
OPEN = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)  # A Wednesday.
CLOSED = datetime(2026, 3, 8, 10, 0, tzinfo=UTC)  # A Sunday.


class Shop(NamedTuple):
    """A home with the bot of the example, and what the example printed."""

    home: Path
    output: str


def build_shop(tmp_path_factory: pytest.TempPathFactory, minilm: Path) -> Shop:
    """Run the example in a home of its own."""
    home = tmp_path_factory.mktemp("shop") / "home"
    (home / "weights").mkdir(parents=True)
    (home / "weights" / "minilm-l6").symlink_to(minilm, target_is_directory=True)
    path = ROOT / "examples/customer_service_bot.py"
    spec = importlib.util.spec_from_file_location("customer_service_bot", path)
    assert spec is not None
    assert spec.loader is not None
    example = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(example)
    output = io.StringIO()
    with redirect_stdout(output):
        example.main(home)
    return Shop(home, output.getvalue())


def open_shop(shop: Shop) -> Bot:
    """Return the bot on a Wednesday morning."""
    return build_bot(load_config("shop", shop.home), now=lambda: OPEN)

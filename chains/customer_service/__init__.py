"""A customer-service bot made from a FAQ, documents and past conversations."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chains.customer_service.bot import Bot, build_bot
    from chains.customer_service.build import Material, make_bot
    from chains.customer_service.config import BotConfig
    from chains.customer_service.turn import Citation, Turn

_PLACES = {
    "Bot": "bot",
    "BotConfig": "config",
    "Citation": "turn",
    "Material": "build",
    "Turn": "turn",
    "build_bot": "bot",
    "make_bot": "build",
}

__all__ = ["Bot", "BotConfig", "Citation", "Material", "Turn", "build_bot", "make_bot"]


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_PLACES[name]}"), name)

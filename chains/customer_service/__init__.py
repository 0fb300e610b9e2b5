"""A customer-service bot built from a FAQ, documents and past conversations."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chains.customer_service.bot import Bot, build_bot
    from chains.customer_service.build import train_bot
    from chains.customer_service.config import BotConfig
    from chains.customer_service.training_data import BotTrainingData
    from chains.customer_service.turns import BotMessage, BotTurn, Citation

# Imported on first use: the help text of the command needs none of them.
_MODULES = {
    "Bot": "bot",
    "BotConfig": "config",
    "BotMessage": "turns",
    "BotTrainingData": "training_data",
    "BotTurn": "turns",
    "Citation": "turns",
    "build_bot": "bot",
    "train_bot": "build",
}

__all__ = [
    "Bot",
    "BotConfig",
    "BotMessage",
    "BotTrainingData",
    "BotTurn",
    "Citation",
    "build_bot",
    "train_bot",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)

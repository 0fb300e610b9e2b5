"""What is being said, about what, in which mood, and when that changes.

>>> from chains.opinion_monitor import MonitorConfig, build_monitor
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chains.opinion_monitor.config import AlertRule, MonitorConfig
    from chains.opinion_monitor.monitor import OpinionMonitor, build_monitor

_PLACES = {
    "AlertRule": "config",
    "MonitorConfig": "config",
    "OpinionMonitor": "monitor",
    "build_monitor": "monitor",
}

__all__ = ["AlertRule", "MonitorConfig", "OpinionMonitor", "build_monitor"]


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module 'chains.opinion_monitor' has no attribute {name!r}")
    return getattr(importlib.import_module(f"chains.opinion_monitor.{_PLACES[name]}"), name)

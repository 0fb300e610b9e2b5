"""Monitor the topics and the sentiment of posts, and alert on significant changes.

>>> from chains.opinion_monitor import MonitorConfig, build_monitor
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chains.opinion_monitor.brief import daily_brief
    from chains.opinion_monitor.config import AlertRule, MonitorConfig
    from chains.opinion_monitor.monitor import IngestResult, OpinionMonitor, build_monitor

# Imported on first use: the help text of the command needs none of them.
_MODULES = {
    "AlertRule": "config",
    "IngestResult": "monitor",
    "MonitorConfig": "config",
    "OpinionMonitor": "monitor",
    "build_monitor": "monitor",
    "daily_brief": "brief",
}

__all__ = [
    "AlertRule",
    "IngestResult",
    "MonitorConfig",
    "OpinionMonitor",
    "build_monitor",
    "daily_brief",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)

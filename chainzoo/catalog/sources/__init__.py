"""Sources: one module a kind of place that has weights.

Another package adds a kind with :func:`register_source`, or with an entry point of the group
``chainzoo.sources`` that is named as the kind and loads a :class:`Fetcher` object.
"""

from __future__ import annotations

from chainzoo.catalog.sources.source import FETCHERS, Fetcher, Progress, Source


def register_source(fetcher: Fetcher) -> None:
    """Add a kind of source, or replace it, for the life of the process."""
    FETCHERS.register(fetcher.kind, fetcher)


def unregister_source(kind: str) -> None:
    """Remove the kind of source that :func:`register_source` added."""
    FETCHERS.unregister(kind)


__all__ = ["Fetcher", "Progress", "Source", "register_source", "unregister_source"]

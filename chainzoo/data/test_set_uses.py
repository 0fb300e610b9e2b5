"""The log of evaluations on held-out rows: each use makes the next a little less independent."""

from __future__ import annotations

from collections.abc import Sequence

from chainzoo.home import Home
from chainzoo.registry import HeldOutStore, Registry, TestSetUse


def record_use(
    home: Home, *, model: str, data: str, metric: str, score: float, rows: int
) -> list[TestSetUse]:
    """Record that ``model`` was evaluated on held-out rows; return all uses of the data so far."""
    store = HeldOutStore(Registry(home))
    store.record_use(model=model, data=data, metric=metric, score=score, rows=rows)
    return store.uses(data=data)


def summarize_uses(uses: Sequence[TestSetUse]) -> str:
    """Summarise the uses of held-out rows as a note for the report of the last one."""
    listed = ", ".join(f"{use.model} {use.score:.3f} ({use.time:%Y-%m-%d})" for use in uses)
    return (
        f"These rows are held out. This is use {len(uses)} of them: {listed}."
        " The more often they decide, the less independent they are."
    )

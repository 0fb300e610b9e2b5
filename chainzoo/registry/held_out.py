"""Held-out rows in the registry: which rows are held out, and each evaluation on them."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from chainzoo.registry.database import read_session, write_session
from chainzoo.registry.records import TestSetUse
from chainzoo.registry.registry import Registry
from chainzoo.registry.schema import HeldOutSetRow, TestSetUseRow


class HeldOutStore:
    """The held-out sets of a registry, and the uses of them."""

    def __init__(self, registry: Registry) -> None:
        self.engine = registry.engine

    def add(self, *, data_name: str, data_sha256: str, task: str, row_keys: Iterable[str]) -> None:
        """Hold out the rows with these keys."""
        row = HeldOutSetRow(
            data_name=data_name,
            data_sha256=data_sha256,
            task=task,
            row_keys={"keys": sorted(row_keys)},
        )
        with write_session(self.engine) as session:
            session.add(row)

    def row_keys(self) -> frozenset[str]:
        """Return the keys of all held-out rows."""
        with read_session(self.engine) as session:
            sets = session.scalars(select(HeldOutSetRow.row_keys)).all()
        return frozenset(key for held_out in sets for key in held_out["keys"])

    def record_use(self, *, model: str, data: str, metric: str, score: float, rows: int) -> None:
        """Record that ``model`` was evaluated on held-out rows of ``data``."""
        row = TestSetUseRow(data_name=data, model=model, metric=metric, score=score, rows=rows)
        with write_session(self.engine) as session:
            session.add(row)

    def uses(self, *, data: str | None = None, model: str | None = None) -> list[TestSetUse]:
        """List the uses of a data set's held-out rows, or those by a model, the oldest first."""
        query = select(TestSetUseRow).order_by(TestSetUseRow.id)
        if data is not None:
            query = query.where(TestSetUseRow.data_name == data)
        if model is not None:
            query = query.where(TestSetUseRow.model == model)
        with read_session(self.engine) as session:
            return [
                TestSetUse(r.data_name, r.model, r.metric, r.score, r.rows, r.created_at)
                for r in session.scalars(query)
            ]

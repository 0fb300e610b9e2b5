"""The registry: what was made, from what; versions, aliases, runs."""

from __future__ import annotations

from chainzoo.registry.records import Lineage, ModelRecord, RunEvent, RunRecord
from chainzoo.registry.registry import Registry
from chainzoo.registry.runs import RunStore

__all__ = ["Lineage", "ModelRecord", "Registry", "RunEvent", "RunRecord", "RunStore"]

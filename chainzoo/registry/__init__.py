"""The registry: published models with their versions, aliases and lineage; runs and their events."""

from __future__ import annotations

from chainzoo.registry.held_out import HeldOutStore
from chainzoo.registry.records import Lineage, ModelRecord, RunEvent, RunRecord, TestSetUse
from chainzoo.registry.registry import Registry
from chainzoo.registry.runs import RunStore

__all__ = [
    "HeldOutStore",
    "Lineage",
    "ModelRecord",
    "Registry",
    "RunEvent",
    "RunRecord",
    "RunStore",
    "TestSetUse",
]

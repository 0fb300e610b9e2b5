"""A base model that many tuned models share, and one pass through it for rows of all of them."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from chainzoo.inference.engine.multi_lora import (
    Adapter,
    AdapterRouting,
    LinearHead,
    MultiLoraLinear,
    PerRowHeads,
)
from chainzoo.inference.engine.read_write_lock import ReadWriteLock
from chainzoo.inference.packed_linear import PackedLinear, pack
from chainzoo.modeling.loading import LOADING_LOCK, load_encoder
from chainzoo.modeling.precision import device, resolve_precision
from chainzoo.tasks import Feature, LabelSpace, ModelSettings

WIDTHS = 8  # A batch is as wide as a multiple: each other width costs the making of kernels.


@dataclass(frozen=True, slots=True)
class HeadSignature:
    """Rows of one kind go through the same code after the base; only the head's weights differ."""

    task: str
    pooling: str
    problem: str
    pad_id: int


@dataclass(slots=True, eq=False)
class ServedModel:
    """One tuned model on a shared base: its adapter, its head, and what reads and writes for it."""

    ref: str
    task: Any
    labels: LabelSpace
    max_length: int
    stride: int
    tokenizer: Any
    lock: threading.Lock  # Of the tokenizer, which tenants share and which two may not use at once.
    base: SharedBase
    adapter: Adapter
    head: LinearHead | None
    kind: HeadSignature
    settings: ModelSettings
    method: str
    bytes: int = 0

    def encode(self, examples: Sequence[Any]) -> list[Feature]:
        """The token ids of the windows of examples."""
        with self.lock:
            found: list[Feature] = self.task.encode(
                examples, self.tokenizer, self.labels, self.max_length, self.stride
            )
        return found


@dataclass(frozen=True, slots=True, eq=False)
class BatchRow:
    """One window of one tuned model's input."""

    tenant: ServedModel
    feature: Feature


@dataclass(slots=True)
class _Hidden:
    last_hidden_state: Tensor


class PrecomputedEncoder(nn.Module):
    """Stands where a task's network has its encoder: the base has been run already."""

    def __init__(self, config: Any) -> None:
        super().__init__()
        self.config = config
        self.hidden: Tensor | None = None

    def forward(self, **_: Any) -> _Hidden:
        assert self.hidden is not None
        return _Hidden(self.hidden)


class _Shells(threading.local):
    """The tasks' networks around a base: each thread has its own, as they hold what is under way."""

    def __init__(self) -> None:
        self.by_kind: dict[HeadSignature, Any] = {}


@dataclass(slots=True, eq=False)
class SharedBase:
    """An encoder in memory once, however many tuned models stand on it."""

    folder: Path
    encoder: Any
    route: AdapterRouting = field(default_factory=AdapterRouting)
    bytes: int = 0
    _shells: _Shells = field(default_factory=_Shells)
    # Layers are looked at, and made ready, while no pass is under way.
    _passes: ReadWriteLock = field(default_factory=ReadWriteLock)

    @classmethod
    def load(cls, folder: Path, precision: Literal["auto", "float32", "bfloat16"]) -> SharedBase:
        """The encoder in ``folder``, on the fastest device, for inference."""
        dtype = getattr(torch, resolve_precision(precision))
        encoder = load_encoder(folder).to(device(), dtype).eval().requires_grad_(False)
        size = sum(p.numel() * p.element_size() for p in encoder.parameters())
        pack(encoder)
        return cls(folder, encoder, bytes=size)

    @property
    def place(self) -> tuple[torch.device, torch.dtype]:
        """Where its weights are, and in which arithmetic."""
        first = next(self.encoder.parameters())
        return first.device, first.dtype

    @property
    def _most(self) -> int:
        """Token ids that it reads at most."""
        return int(getattr(self.encoder.config, "max_position_embeddings", 0) or 0)

    def admit(self, names: Sequence[str]) -> bool:
        """Make the layers called ``names`` ready for adapters; whether all of them can be.

        Only linear layers that get one row of input for each row of the batch can.
        """
        if not self._fresh(names):
            return True
        with self._passes.none():
            return self._admit(self._fresh(names))

    def _fresh(self, names: Sequence[str]) -> list[str]:
        known = dict(self.encoder.named_modules())
        return [name for name in names if not isinstance(known.get(name), MultiLoraLinear)]

    def _admit(self, fresh: Sequence[str]) -> bool:
        known = dict(self.encoder.named_modules())
        if any(type(known.get(name)) not in (nn.Linear, PackedLinear) for name in fresh):
            return False
        if fresh and not self._by_row([known[name] for name in fresh]):
            return False
        for name in fresh:
            parent, _, last = name.rpartition(".")
            layer = MultiLoraLinear(known[name], name, self.route)
            setattr(self.encoder.get_submodule(parent), last, layer)
        return True

    def _by_row(self, layers: Sequence[Any]) -> bool:
        """Whether each of the layers is given three rows when the base is."""
        seen: list[int] = []
        hooks = [
            layer.register_forward_pre_hook(lambda _, args: seen.append(len(args[0])))
            for layer in layers
        ]
        ids = torch.ones((3, 5), dtype=torch.long, device=self.place[0])
        try:
            with torch.inference_mode():
                self.encoder(input_ids=ids, attention_mask=torch.ones_like(ids))
        finally:
            for hook in hooks:
                hook.remove()
        return len(seen) == len(layers) and set(seen) == {3}

    def run(self, rows: Sequence[BatchRow]) -> list[np.ndarray]:
        """The logits of each row, in float32, as the tuned model by itself would give them."""
        with self._passes.one():
            return self._run(rows)

    def _run(self, rows: Sequence[BatchRow]) -> list[np.ndarray]:
        order = sorted(range(len(rows)), key=lambda at: _beside(rows[at]))
        groups = [
            list(members)
            for _, members in itertools.groupby(order, key=lambda at: rows[at].tenant.kind)
        ]
        inputs = [self._collated([rows[at] for at in group]) for group in groups]
        pads = [rows[group[0]].tenant.kind.pad_id for group in groups]
        joined = _joined(inputs, pads, self._most)
        adapters = [rows[at].tenant.adapter for at in order]
        found: list[np.ndarray] = [np.zeros(0)] * len(rows)
        try:
            with torch.inference_mode():
                self.route.set(adapters, joined["attention_mask"])
                hidden = self.encoder(**joined).last_hidden_state
                begin = 0
                for group, one in zip(groups, inputs, strict=True):
                    part = hidden[begin : begin + len(group), : one["input_ids"].shape[1]]
                    begin += len(group)
                    values = self._after([rows[at] for at in group], part, one)
                    for at, value in zip(group, values, strict=True):
                        found[at] = _own(value, rows[at])
        finally:
            self.route.set(())
        return found

    def _collated(self, rows: Sequence[BatchRow]) -> dict[str, Tensor]:
        first = rows[0].tenant
        batch = first.task.collate([row.feature for row in rows], first.kind.pad_id, first.labels)
        batch.pop("labels", None)
        return {name: value.to(self.place[0]) for name, value in batch.items()}

    def _after(
        self, rows: Sequence[BatchRow], hidden: Tensor, inputs: dict[str, Tensor]
    ) -> np.ndarray:
        first = rows[0].tenant
        shell = self._shell(first)
        shell.encoder.hidden = hidden
        if first.head is not None:
            shell.head.heads = [row.tenant.head for row in rows]
        try:
            values: np.ndarray = shell(**inputs)["logits"].float().cpu().numpy()
            return values
        finally:
            shell.encoder.hidden = None
            if first.head is not None:
                shell.head.heads = ()

    def _shell(self, tenant: ServedModel) -> Any:
        """The task's own network around a base that has been run, with the rows' heads."""
        known = self._shells.by_kind
        if tenant.kind not in known:
            with LOADING_LOCK:
                shell = tenant.task.build_network(
                    PrecomputedEncoder(self.encoder.config), tenant.settings
                )
            if tenant.head is not None:
                shell.head = PerRowHeads(tenant.head.weight)
            known[tenant.kind] = shell.to(self.place[0]).eval()
        return known[tenant.kind]


def _beside(row: BatchRow) -> tuple[str, str, str, int, int]:
    kind = row.tenant.kind
    return kind.task, kind.pooling, kind.problem, kind.pad_id, id(row.tenant)


def _joined(
    inputs: Sequence[dict[str, Tensor]], pads: Sequence[int], most: int
) -> dict[str, Tensor]:
    """What the base itself reads, of all groups, as wide as the widest or a little wider."""
    width = max(one["input_ids"].shape[1] for one in inputs)
    width = max(width, min(width + -width % WIDTHS, most))
    names = ["input_ids", "attention_mask"]
    if any("token_type_ids" in one for one in inputs):
        names.append("token_type_ids")
    joined = {}
    for name in names:
        parts = []
        for one, pad in zip(inputs, pads, strict=True):
            value = one[name] if name in one else torch.zeros_like(one["input_ids"])
            filler = pad if name == "input_ids" else 0
            parts.append(functional.pad(value, (0, width - value.shape[1]), value=filler))
        joined[name] = torch.cat(parts)
    return joined


def _own(value: np.ndarray, row: BatchRow) -> np.ndarray:
    """Without the columns of wider heads and the tokens of longer rows."""
    if row.tenant.head is not None:
        value = value[..., : len(row.tenant.head.bias)]
    return value[: len(row.feature.input_ids)] if value.ndim > 1 else value

"""A base model that many tuned models share, and one pass through it for rows of all of them."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from fasteners import ReaderWriterLock
from torch import Tensor, nn
from torch.nn import functional

from chainzoo.inference.engine.heads import PerRowHeads
from chainzoo.inference.engine.multi_lora import AdapterRouting, MultiLoraLinear
from chainzoo.inference.engine.served_model import BatchRow, HeadSignature, ServedModel
from chainzoo.inference.packed_linear import PackedLinear, pack
from chainzoo.modeling.loading import load_encoder
from chainzoo.modeling.precision import device, resolve_precision

WIDTH_MULTIPLE = 8
"""A batch is as wide as a multiple of it: every other width compiles new kernels."""


@dataclass(slots=True)
class EncoderOutput:
    """What a task's network reads of an encoder's output."""

    last_hidden_state: Tensor


class PrecomputedEncoder(nn.Module):
    """Replaces the encoder in a task's network, where the base has been run already."""

    def __init__(self, config: Any) -> None:
        super().__init__()
        self.config = config
        self.hidden = torch.empty(0)

    def forward(self, **_: Any) -> EncoderOutput:
        """The hidden states that were set."""
        return EncoderOutput(self.hidden)


class _Networks(threading.local):
    """The tasks' networks around a base; every thread has its own, as they hold its batch."""

    def __init__(self) -> None:
        self.by_signature: dict[HeadSignature, Any] = {}


@dataclass(slots=True, eq=False)
class SharedBase:
    """An encoder that is in memory once, however many tuned models are served on it.

    ``bytes`` are those of its weights.
    """

    folder: Path
    encoder: Any
    bytes: int = 0
    routing: AdapterRouting = field(default_factory=AdapterRouting)
    _networks: _Networks = field(default_factory=_Networks)
    # Passes read it; layers are replaced under its write lock.
    _layers_lock: ReaderWriterLock = field(default_factory=ReaderWriterLock)

    @classmethod
    def load(cls, folder: Path, precision: Literal["auto", "float32", "bfloat16"]) -> SharedBase:
        """Load the encoder in ``folder`` for inference, on the fastest device."""
        dtype = getattr(torch, resolve_precision(precision))
        encoder = load_encoder(folder).to(device(), dtype).eval().requires_grad_(False)
        size = sum(p.numel() * p.element_size() for p in encoder.parameters())
        pack(encoder)
        return cls(folder, encoder, size)

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        device: torch.device = next(self.encoder.parameters()).device
        return device

    @property
    def dtype(self) -> torch.dtype:
        """The precision of the weights."""
        dtype: torch.dtype = next(self.encoder.parameters()).dtype
        return dtype

    def prepare_layers(self, names: Sequence[str]) -> bool:
        """Make the layers called ``names`` accept adapters; whether all of them can.

        Only linear layers can that get one row of input for each row of the batch.
        """
        if not self._unprepared(names):
            return True
        with self._layers_lock.write_lock():
            return self._replace_layers(self._unprepared(names))

    def run(self, rows: Sequence[BatchRow]) -> list[np.ndarray]:
        """The logits of each row, in float32, as its model would compute them by itself.

        Each has shape (labels,) or (tokens, labels).
        """
        with self._layers_lock.read_lock():
            return self._run(rows)

    def _unprepared(self, names: Sequence[str]) -> list[str]:
        layers = dict(self.encoder.named_modules())
        return [name for name in names if not isinstance(layers.get(name), MultiLoraLinear)]

    def _replace_layers(self, names: Sequence[str]) -> bool:
        layers = dict(self.encoder.named_modules())
        if any(type(layers.get(name)) not in (nn.Linear, PackedLinear) for name in names):
            return False
        if names and not self._are_per_row([layers[name] for name in names]):
            return False
        for name in names:
            parent, _, attribute = name.rpartition(".")
            layer = MultiLoraLinear(layers[name], name, self.routing)
            setattr(self.encoder.get_submodule(parent), attribute, layer)
        return True

    def _are_per_row(self, layers: Sequence[Any]) -> bool:
        """Whether each layer gets three rows when the base gets three."""
        row_counts: list[int] = []
        hooks = [
            layer.register_forward_pre_hook(lambda _, args: row_counts.append(len(args[0])))
            for layer in layers
        ]
        ids = torch.ones((3, 5), dtype=torch.long, device=self.device)
        try:
            with torch.inference_mode():
                self.encoder(input_ids=ids, attention_mask=torch.ones_like(ids))
        finally:
            for hook in hooks:
                hook.remove()
        return len(row_counts) == len(layers) and set(row_counts) == {3}

    def _run(self, rows: Sequence[BatchRow]) -> list[np.ndarray]:
        order = sorted(range(len(rows)), key=lambda at: _sort_key(rows[at]))
        groups = [
            list(members)
            for _, members in itertools.groupby(order, key=lambda at: rows[at].model.signature)
        ]
        inputs = [self._collate([rows[at] for at in group]) for group in groups]
        pad_ids = [rows[group[0]].model.signature.pad_id for group in groups]
        joined = _join(inputs, pad_ids, self._max_width)
        adapters = [rows[at].model.adapter for at in order]
        results: list[np.ndarray] = [np.zeros(0)] * len(rows)
        with torch.inference_mode(), self._routed(adapters, joined["attention_mask"]):
            hidden = self.encoder(**joined).last_hidden_state
            start = 0
            for group, batch in zip(groups, inputs, strict=True):
                part = hidden[start : start + len(group), : batch["input_ids"].shape[1]]
                start += len(group)
                logits = self._run_heads([rows[at] for at in group], part, batch)
                for at, row_logits in zip(group, logits, strict=True):
                    results[at] = _trim(row_logits, rows[at])
        return results

    @property
    def _max_width(self) -> int:
        """Token ids that the encoder reads at most; 0 where it does not say."""
        return int(getattr(self.encoder.config, "max_position_embeddings", 0) or 0)

    @contextmanager
    def _routed(self, adapters: Sequence[Any], mask: Tensor) -> Iterator[None]:
        self.routing.set(adapters, mask)
        try:
            yield
        finally:
            self.routing.set(())

    def _collate(self, rows: Sequence[BatchRow]) -> dict[str, Tensor]:
        model = rows[0].model
        features = [row.feature for row in rows]
        batch = model.task.collate(features, model.signature.pad_id, model.labels)
        batch.pop("labels", None)
        return {name: value.to(self.device) for name, value in batch.items()}

    def _run_heads(
        self, rows: Sequence[BatchRow], hidden: Tensor, inputs: dict[str, Tensor]
    ) -> np.ndarray:
        """The logits of rows of one signature, from the base's hidden states."""
        model = rows[0].model
        network = self._network(model)
        network.encoder.hidden = hidden
        if model.head is not None:
            network.head.heads = [row.model.head for row in rows]
        try:
            logits: np.ndarray = network(**inputs)["logits"].float().cpu().numpy()
            return logits
        finally:
            network.encoder.hidden = torch.empty(0)
            if model.head is not None:
                network.head.heads = ()

    def _network(self, model: ServedModel) -> Any:
        """The task's own network, around hidden states that are there and with each row's head."""
        networks = self._networks.by_signature
        if model.signature not in networks:
            encoder = PrecomputedEncoder(self.encoder.config)
            network = model.task.build_network(encoder, model.settings)
            if model.head is not None:
                network.head = PerRowHeads(model.head.weight)
            networks[model.signature] = network.to(self.device).eval()
        return networks[model.signature]


def _sort_key(row: BatchRow) -> tuple[str, str, str, int, bool, int]:
    """Rows of one signature next to each other, and among them those of one model."""
    signature = row.model.signature
    return (
        signature.task,
        signature.pooling,
        signature.problem,
        signature.pad_id,
        signature.has_head,
        id(row.model),
    )


def _join(
    inputs: Sequence[dict[str, Tensor]], pad_ids: Sequence[int], max_width: int
) -> dict[str, Tensor]:
    """The base's inputs for all groups, as wide as the widest or a little wider."""
    width = max(batch["input_ids"].shape[1] for batch in inputs)
    width = max(width, min(width + -width % WIDTH_MULTIPLE, max_width))
    names = ["input_ids", "attention_mask"]
    if any("token_type_ids" in batch for batch in inputs):
        names.append("token_type_ids")
    joined = {}
    for name in names:
        parts = []
        for batch, pad_id in zip(inputs, pad_ids, strict=True):
            value = batch[name] if name in batch else torch.zeros_like(batch["input_ids"])
            filler = pad_id if name == "input_ids" else 0
            parts.append(functional.pad(value, (0, width - value.shape[1]), value=filler))
        joined[name] = torch.cat(parts)
    return joined


def _trim(logits: np.ndarray, row: BatchRow) -> np.ndarray:
    """A row's logits without the labels of wider heads and the tokens of longer rows."""
    if row.model.head is not None:
        logits = logits[..., : len(row.model.head.bias)]
    return logits[: len(row.feature.input_ids)] if logits.ndim > 1 else logits

"""Read a PEFT adapter straight into the tensors that a shared base multiplies with."""

from __future__ import annotations

import json
import re
from pathlib import Path

import torch
from torch import Tensor

from chainzoo.inference.engine.multi_lora import Adapter, LoraWeights

LORA_NAME = re.compile(r"^base_model\.model\.(?P<layer>.+)\.lora_(?P<matrix>[AB])\.weight$")
# Settings of PEFT with which an adapter is more than a product of two matrices for each layer.
UNSUPPORTED = (
    "use_dora",
    "use_bdlora",
    "rank_pattern",
    "alpha_pattern",
    "modules_to_save",
    "layer_replication",
    "fan_in_fan_out",
    "target_parameters",
)


def read_lora(folder: Path, device: torch.device, dtype: torch.dtype) -> Adapter | None:
    """The LoRA matrices in ``folder`` by layer; ``None`` where the adapter is more than that.

    Raises:
        OSError, SafetensorError, KeyError, ValueError: the files are damaged.
    """
    from safetensors import safe_open

    config = json.loads((folder / "adapter_config.json").read_text(encoding="utf-8"))
    if config.get("bias", "none") != "none" or any(config.get(name) for name in UNSUPPORTED):
        return None
    rank, alpha = int(config["r"]), float(config["lora_alpha"])
    scale = alpha / (rank**0.5 if config.get("use_rslora") else rank)
    matrices: dict[str, dict[str, Tensor]] = {}
    with safe_open(folder / "adapter_model.safetensors", framework="pt") as file:
        for name in file.keys():  # noqa: SIM118 - it is not a mapping
            match = LORA_NAME.match(name)
            if match is None:
                return None
            matrices.setdefault(match["layer"], {})[match["matrix"]] = file.get_tensor(name)
    return {
        layer: LoraWeights(
            A=pair["A"].T.contiguous().to(device, dtype),
            B=(pair["B"].T * scale).contiguous().to(device, dtype),
        )
        for layer, pair in matrices.items()
    }

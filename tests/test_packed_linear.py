"""Layers in oneDNN's order answer as plain ones, and give way where they cannot serve."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from chainzoo.home import Home
from chainzoo.inference import packed_linear as packed
from chainzoo.inference.packed_linear import PackedLinear, pack
from chainzoo.modeling.loading import load_encoder

needs_onednn = pytest.mark.skipif(not torch._C._has_mkldnn, reason="this PyTorch has no oneDNN")
BATCH = {"input_ids": torch.tensor([[101, 7, 8, 102]]), "attention_mask": torch.ones(1, 4).long()}


def encoder(stocked: Home) -> nn.Module:
    made: nn.Module = load_encoder(Path(stocked.weights / "minilm-l6")).eval()
    return made


@needs_onednn
@pytest.mark.parametrize(("dtype", "near"), [(torch.float32, 1e-5), (torch.bfloat16, 2e-2)])
@pytest.mark.parametrize("rows", [1, 37, 256])
def test_it_answers_as_the_plain_layer(dtype: torch.dtype, near: float, rows: int) -> None:
    torch.manual_seed(0)
    plain = nn.Linear(48, 20).to(dtype)
    x = torch.randn(2, rows, 48, dtype=dtype)
    with torch.inference_mode():
        assert torch.allclose(PackedLinear(plain)(x), plain(x), atol=near)
    assert PackedLinear(plain).weight.shape == (20, 48)


@needs_onednn
def test_an_encoder_is_packed_where_that_is_quicker(
    stocked: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = encoder(stocked)
    with torch.inference_mode():
        wanted = model(**BATCH).last_hidden_state
        monkeypatch.setattr(packed, "quicker", lambda dtype: False)
        assert not pack(model)
        assert not any(isinstance(layer, PackedLinear) for layer in model.modules())
        monkeypatch.setattr(packed, "quicker", lambda dtype: True)
        assert pack(model)
        assert not any(type(layer) is nn.Linear for layer in model.modules())
        assert torch.allclose(model(**BATCH).last_hidden_state, wanted, atol=1e-5)


def test_what_cannot_be_packed_stays_as_it_was(
    stocked: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise RuntimeError("could not create a primitive")

    model = encoder(stocked)
    monkeypatch.setattr(packed, "PackedLinear", refuse)
    assert not packed.quicker.__wrapped__(torch.float32)
    monkeypatch.setattr(packed, "quicker", lambda dtype: True)
    assert not pack(model)
    assert any(type(layer) is nn.Linear for layer in model.modules())

"""Packed layers compute what plain ones compute, and are not used where they cannot be."""

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
    model: nn.Module = load_encoder(Path(stocked.weights / "minilm-l6")).eval()
    return model


@needs_onednn
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 1e-5), (torch.bfloat16, 2e-2)])
@pytest.mark.parametrize("rows", [1, 37, 256])
def test_a_packed_layer_computes_what_the_plain_one_computes(
    dtype: torch.dtype, tolerance: float, rows: int
) -> None:
    torch.manual_seed(0)
    plain = nn.Linear(48, 20).to(dtype)
    x = torch.randn(2, rows, 48, dtype=dtype)
    with torch.inference_mode():
        assert torch.allclose(PackedLinear(plain)(x), plain(x), atol=tolerance)
    assert PackedLinear(plain).weight.shape == (20, 48)


@needs_onednn
def test_an_encoder_is_packed_where_that_is_faster(
    stocked: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = encoder(stocked)
    with torch.inference_mode():
        expected = model(**BATCH).last_hidden_state
        monkeypatch.setattr(packed, "is_faster", lambda dtype: False)
        assert not pack(model)
        assert not any(isinstance(layer, PackedLinear) for layer in model.modules())
        monkeypatch.setattr(packed, "is_faster", lambda dtype: True)
        assert pack(model)
        assert not any(type(layer) is nn.Linear for layer in model.modules())
        assert torch.allclose(model(**BATCH).last_hidden_state, expected, atol=1e-5)


def test_an_encoder_that_cannot_be_packed_keeps_its_layers(
    stocked: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise RuntimeError("could not create a primitive")

    model = encoder(stocked)
    monkeypatch.setattr(packed, "PackedLinear", refuse)
    assert not packed.is_faster.__wrapped__(torch.float32)
    monkeypatch.setattr(packed, "is_faster", lambda dtype: True)
    assert not pack(model)
    assert any(type(layer) is nn.Linear for layer in model.modules())

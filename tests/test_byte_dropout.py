"""Dropout with random bytes."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from chainzoo.tuning.cpu.byte_dropout import ByteDropout, set_dropout


@pytest.mark.parametrize("rate", [0.1, 0.5])
def test_the_share_of_zeros_is_the_rate_and_the_mean_is_kept(rate: float) -> None:
    torch.manual_seed(0)
    values = ByteDropout(rate).train()(torch.ones(1000, 1001))
    assert (values == 0).float().mean() == pytest.approx(rate, abs=0.003)
    assert values.mean() == pytest.approx(1, abs=0.003)


def test_nothing_is_dropped_outside_training_or_at_rate_zero() -> None:
    ones = torch.ones(50, 50)
    assert torch.equal(ByteDropout(0.5).eval()(ones), ones)
    assert torch.equal(ByteDropout(0.0).train()(ones), ones)


def test_the_same_seed_drops_the_same_values() -> None:
    outputs = []
    for _ in range(2):
        torch.manual_seed(5)
        outputs.append(ByteDropout(0.3).train()(torch.ones(9, 7)))
    assert torch.equal(*outputs)


class SomeAttention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.dropout = nn.Dropout(0.1)


def test_set_dropout_changes_layers_and_leaves_attention() -> None:
    model = nn.Sequential(nn.Linear(2, 2), nn.Sequential(nn.Dropout(0.2)), SomeAttention())
    set_dropout(model, 0.3)
    assert isinstance(model[1][0], ByteDropout)
    assert model[1][0].p == 0.3
    assert model[2].dropout.p == 0.1

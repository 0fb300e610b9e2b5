"""The token-budget batch sampler: within the budget, each row once, equally many batches."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chainzoo.modeling.batches import sorted_batches
from chainzoo.tuning.batch_sampler import TokenBudgetBatchSampler

LENGTHS = st.lists(st.integers(1, 60), min_size=1, max_size=200)


@given(LENGTHS, st.integers(60, 500), st.integers(1, 20))
def test_each_epoch_has_each_row_once_within_the_budget(
    lengths: list[int], tokens: int, size: int
) -> None:
    sampler = TokenBudgetBatchSampler(lengths, batch_tokens=tokens, batch_size=size, seed=1)
    for epoch in range(3):
        sampler.set_epoch(epoch)
        batches = list(sampler)
        assert len(batches) == len(sampler)
        assert sorted(row for batch in batches for row in batch) == list(range(len(lengths)))
        for batch in batches:
            assert len(batch) <= size
            assert max(lengths[row] for row in batch) * len(batch) <= tokens


@given(LENGTHS)
def test_sorted_batches_start_with_the_longest_row(lengths: list[int]) -> None:
    first = sorted_batches(lengths, 120)[0]
    assert max(lengths) == lengths[first[0]]


def test_epochs_differ_and_each_is_reproducible() -> None:
    sampler = TokenBudgetBatchSampler([5] * 50, batch_tokens=50, batch_size=8, seed=1)
    first_epoch = list(sampler)
    sampler.set_epoch(1)
    assert list(sampler) != first_epoch
    sampler.set_epoch(0)
    assert list(sampler) == first_epoch

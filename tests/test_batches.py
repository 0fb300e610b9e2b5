"""Batches: within the budget, all rows once, the same number in every epoch."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chainzoo.modeling.batches import sorted_batches
from chainzoo.tuning.batches import TokenBudgetBatches

LENGTHS = st.lists(st.integers(1, 60), min_size=1, max_size=200)


@given(LENGTHS, st.integers(60, 500), st.integers(1, 20))
def test_budget_and_completeness(lengths: list[int], tokens: int, size: int) -> None:
    batches = TokenBudgetBatches(lengths, batch_tokens=tokens, batch_size=size, seed=1)
    for epoch in range(3):
        batches.set_epoch(epoch)
        found = list(batches)
        assert len(found) == len(batches)
        assert sorted(row for batch in found for row in batch) == list(range(len(lengths)))
        for batch in found:
            assert len(batch) <= size
            assert max(lengths[row] for row in batch) * len(batch) <= tokens


@given(LENGTHS)
def test_reading_begins_with_the_longest(lengths: list[int]) -> None:
    first = sorted_batches(lengths, 120)[0]
    assert max(lengths) == lengths[first[0]]


def test_epochs_differ_and_repeat() -> None:
    batches = TokenBudgetBatches([5] * 50, batch_tokens=50, batch_size=8, seed=1)
    one = list(batches)
    batches.set_epoch(1)
    assert list(batches) != one
    batches.set_epoch(0)
    assert list(batches) == one

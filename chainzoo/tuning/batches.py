"""Batches of rows of like length, filled up to a budget of tokens: little padding, even work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from chainzoo.modeling.batches import pack


class TokenBudgetBatches:
    """A batch sampler: every epoch other neighbours among rows of like length, in other order.

    The number of batches is the same in every epoch, because it depends on the sorted lengths
    alone; so schedules can be planned. The same seed and epoch give the same batches.
    """

    def __init__(
        self, lengths: Sequence[int], *, batch_tokens: int, batch_size: int, seed: int
    ) -> None:
        self.lengths = [int(length) for length in lengths]
        self.batch_tokens = batch_tokens
        self.batch_size = batch_size
        self.seed = seed
        self.epoch = 0
        self._size = len(self._packed(np.random.default_rng(seed)))

    def set_epoch(self, epoch: int) -> None:
        """Which epoch's batches to give next."""
        self.epoch = epoch

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[list[int]]:
        random = np.random.default_rng((self.seed, self.epoch))
        batches = self._packed(random)
        for at in random.permutation(len(batches)):
            yield batches[int(at)]

    def _packed(self, random: np.random.Generator) -> list[list[int]]:
        order = np.lexsort((random.random(len(self.lengths)), np.asarray(self.lengths)))
        return pack(self.lengths, [int(row) for row in order], self.batch_tokens, self.batch_size)

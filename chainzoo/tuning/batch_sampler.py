"""A batch sampler that groups rows of similar length up to a budget of tokens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from chainzoo.modeling.batches import pack


class TokenBudgetBatchSampler:
    """Yield batches of row numbers of similar length; each epoch groups and orders them anew.

    A batch has at most ``batch_size`` rows and ``batch_tokens`` tokens, padding included.

    The number of batches is the same in every epoch, because it depends on the sorted lengths
    alone, so that learning-rate schedules can be planned. The same seed and epoch give the same
    batches.
    """

    def __init__(
        self, lengths: Sequence[int], *, batch_tokens: int, batch_size: int, seed: int
    ) -> None:
        self.lengths = [int(length) for length in lengths]
        self.batch_tokens = batch_tokens
        self.batch_size = batch_size
        self.seed = seed
        self.epoch = 0
        self._size = len(self._batches(np.random.default_rng(seed)))

    def set_epoch(self, epoch: int) -> None:
        """Set the epoch whose batches the next iteration yields."""
        self.epoch = epoch

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[list[int]]:
        random = np.random.default_rng((self.seed, self.epoch))
        batches = self._batches(random)
        for index in random.permutation(len(batches)):
            yield batches[int(index)]

    def _batches(self, random: np.random.Generator) -> list[list[int]]:
        """Return the rows sorted by length, in random order among equals, cut into batches."""
        order = np.lexsort((random.random(len(self.lengths)), np.asarray(self.lengths)))
        return pack(self.lengths, [int(row) for row in order], self.batch_tokens, self.batch_size)

"""Which samples a step sees."""

from __future__ import annotations

import torch
from torch import Tensor


class EpochSampler:
    """Whole shuffled epochs without replacement; the last, smaller batch of an epoch is kept.

    The order is drawn when an epoch's first batch is asked for, from a generator of its own: two samplers with the
    same seed and population give the same batches, whatever else draws random numbers.
    """

    def __init__(self, population: Tensor, batch_size: int, seed: int) -> None:
        self.batch_size = batch_size
        self._generator = torch.Generator().manual_seed(seed)
        self.restart(population)

    def restart(self, population: Tensor) -> None:
        """Draws from ``population`` [n] from now on, beginning a new epoch."""
        self._population = population
        self._order = population[:0]
        self._next = 0

    def next_batch(self) -> Tensor:
        """The next batch's members of the population, at most ``batch_size``."""
        return self.look_ahead(1, advance=True)

    def look_ahead(self, num_batches: int, advance: bool = False) -> Tensor:
        """The members of the epoch's next batches, at most ``num_batches`` and never beyond the epoch's end."""
        if self._next >= len(self._order):
            self._order = self._population[torch.randperm(len(self._population), generator=self._generator)]
            self._next = 0
        start = self._next
        if advance:
            self._next += self.batch_size
        return self._order[start : start + num_batches * self.batch_size]

"""Results of passes over the data, kept by content: nothing is computed twice in one process.

A value is a function of its key alone, batches included, so that a result does not depend on what was cached.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Hashable

from torch import Tensor

from imu_sidecar.models import SequenceModel, body_parameters

# Room for the features of the Markov experiment's forget set (78 MB) and test sets (39 MB) under several models.
MAX_BYTES = 512 * 2**20


class PassCache:
    """Batches of tensors by key, least recently used out first."""

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self._held: OrderedDict[Hashable, list[Tensor]] = OrderedDict()

    def get(self, key: Hashable) -> list[Tensor] | None:
        batches = self._held.get(key)
        if batches is not None:
            self._held.move_to_end(key)
        return batches

    def get_or_compute(self, key: Hashable, keep: bool, compute: Callable[[], list[Tensor]]) -> list[Tensor]:
        """The batches under ``key``; computed when unknown, and kept when ``keep`` and they fit at all."""
        known = self.get(key)
        if known is not None:
            return known
        batches = compute()
        if keep and num_bytes(batches) <= self.max_bytes:
            self._held[key] = batches
            while sum(map(num_bytes, self._held.values())) > self.max_bytes:
                self._held.popitem(last=False)
        return batches

    def clear(self) -> None:
        self._held.clear()


PASS_CACHE = PassCache(MAX_BYTES)


def num_bytes(batches: list[Tensor]) -> int:
    return sum(batch.nbytes for batch in batches)


def weights_digest(model: SequenceModel, body_only: bool = False) -> str:
    """sha256 over names, types, shapes and bytes of the model's parameters; its class and device count as well."""
    device = next(model.parameters()).device
    digest = hashlib.sha256(f"{type(model).__qualname__} {device}".encode())
    for name, parameter in body_parameters(model) if body_only else model.named_parameters():
        digest.update(f"{name} {parameter.dtype} {tuple(parameter.shape)}".encode())
        digest.update(memoryview(parameter.detach().cpu().contiguous().numpy()).cast("B"))
    return digest.hexdigest()


def rows_digest(rows: Tensor) -> str:
    return hashlib.sha256(memoryview(rows.cpu().contiguous().numpy()).cast("B")).hexdigest()

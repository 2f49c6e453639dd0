"""A data set as tensors: one pool of samples, and sets that point into it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from imu_sidecar.checkpoints import WrittenFile, read_safetensors, write_safetensors
from imu_sidecar.failures import SidecarError

FORMAT = "imu dataset 1"
SET_PREFIX = "set."


@dataclass(eq=False, frozen=True)
class Dataset:
    """N sequences of length T and the named sets they are in.

    A sample is known by its row in the pool. Sets may overlap (``forgetTest`` holds the samples of
    ``forget1Test`` and ``forget2Test``), so that what is measured on several sets is computed once.
    """

    tokens: Tensor
    """[N, T] integers in 0..vocabulary_size−1."""
    groups: Tensor
    """[N] uint8, index into ``group_names``."""
    group_names: tuple[str, ...]
    sets: dict[str, Tensor]
    """Set name → rows of the pool, int64, in the set's order."""
    vocabulary_size: int
    identity: str = ""
    """sha256 of the file it was read from; empty for a data set made in memory."""

    def select(self, sets: Sequence[str], limit: int | None) -> Tensor:
        """Rows of the samples in ``sets``, in this order, at most ``limit``.

        Raises INVALID_REQUEST on an unknown set or an empty selection.
        """
        for name in sets:
            if name not in self.sets:
                raise SidecarError(
                    "INVALID_REQUEST",
                    f"the data set has no set {name!r}",
                    f"Its sets are {', '.join(self.sets)}.",
                )
        rows = torch.cat([self.sets[name] for name in sets])[:limit]
        if not len(rows):
            raise SidecarError("INVALID_REQUEST", f"the selection of {', '.join(sets)} holds no sample")
        return rows

    def to(self, device: torch.device) -> Dataset:
        """The same data set with its tokens on ``device``; rows and groups stay on the CPU."""
        return Dataset(
            self.tokens.to(device), self.groups, self.group_names, self.sets, self.vocabulary_size, self.identity
        )


def write_dataset(dataset: Dataset, path: Path) -> WrittenFile:
    """Writes safetensors: ``tokens``, ``groups`` and ``set.<name>``. Equal data sets give equal bytes."""
    tensors = {
        "tokens": dataset.tokens.to(torch.uint8 if dataset.vocabulary_size <= 256 else torch.int32),
        "groups": dataset.groups,
        **{SET_PREFIX + name: rows.to(torch.int32) for name, rows in dataset.sets.items()},
    }
    description = {
        "format": FORMAT,
        "groups": list(dataset.group_names),
        # The file lists its tensors in an order of its own; the order of the sets is kept here.
        "sets": list(dataset.sets),
        "vocabularySize": dataset.vocabulary_size,
    }
    return write_safetensors(path, tensors, description)


def read_dataset(path: Path, sha256: str) -> Dataset:
    """The data set in a file that must have this hash. Raises ASSET_MISSING, INVALID_REQUEST."""
    tensors, description = read_safetensors(path, sha256)
    if description.get("format") != FORMAT:
        raise SidecarError(
            "INVALID_REQUEST",
            f"{path} is no data set: its format is {json.dumps(description.get('format'))}, not {FORMAT!r}",
            "Give a file that generateDataset wrote.",
        )
    return Dataset(
        tokens=tensors["tokens"],
        groups=tensors["groups"],
        group_names=tuple(description["groups"]),
        sets={name: tensors[SET_PREFIX + name].to(torch.int64) for name in description["sets"]},
        vocabulary_size=description["vocabularySize"],
        identity=sha256,
    )

"""Which width sums are taken in."""

from __future__ import annotations

import torch
from torch import Tensor


def wide(values: Tensor) -> Tensor:
    """``values`` in float64, or as they are on MPS, which has no float64."""
    return values if values.device.type == "mps" else values.to(torch.float64)

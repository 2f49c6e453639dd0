"""Estimator ``loss``: no gradient at all."""

from __future__ import annotations

import torch
from torch import Tensor


def loss_influence(losses: Tensor) -> Tensor:
    """I_i = −(1 − exp(−l_i)), [m]: minus what the sample's geometric-mean token probability lacks to one."""
    return torch.expm1(-losses)

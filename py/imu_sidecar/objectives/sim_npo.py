"""Objective ``simNpo``: NPO without a reference model, normalised by length (Fan et al. 2024, eq. 4)."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

from imu_sidecar.objectives.cross_entropy import cross_entropy


def sim_npo(label_log_probabilities: Tensor, beta: float, delta: float) -> Tensor:
    """−(2/β) log σ(β (l_i − δ)), [B], where l_i is the **mean** over the tokens. ``label_log_probabilities`` [B, n]."""
    return -(2 / beta) * F.logsigmoid(beta * (cross_entropy(label_log_probabilities) - delta))

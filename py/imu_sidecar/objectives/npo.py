"""Objective ``npo``: negative preference optimisation (Zhang et al. 2024, eq. 3)."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor


def npo(label_log_probabilities: Tensor, reference_label_log_probabilities: Tensor, beta: float) -> Tensor:
    """−(2/β) log σ(β (NLL_i − NLL_i,ref)), [B], where NLL is the **sum** over the n tokens.

    Both inputs [B, n]; the reference is the model before unlearning. β → 0 gives gradient ascent on NLL.
    """
    excess = (reference_label_log_probabilities - label_log_probabilities).sum(dim=1)
    return -(2 / beta) * F.logsigmoid(beta * excess)

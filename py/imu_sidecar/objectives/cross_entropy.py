"""Objective ``crossEntropy``."""

from __future__ import annotations

from torch import Tensor


def cross_entropy(label_log_probabilities: Tensor) -> Tensor:
    """l_i = −(1/n) Σ_t log p_it(y_it), [B]: learning. ``label_log_probabilities`` [B, n]."""
    return -label_log_probabilities.mean(dim=1)

"""Primitive ``tokenLoss``."""

from __future__ import annotations

from torch import Tensor

from imu_sidecar.primitives.precision import wide


def token_loss(log_probabilities: Tensor, labels: Tensor) -> Tensor:
    """l_i = −(1/T) Σ_t log p_it(y_it), nats per token, [B], summed in float64 (paper 4.5, column l).

    ``log_probabilities`` [B, T, V], ``labels`` [B, T].
    """
    return -wide(label_log_probabilities(log_probabilities, labels)).mean(dim=1)


def label_log_probabilities(log_probabilities: Tensor, labels: Tensor) -> Tensor:
    """log p_it(y_it), [B, T]."""
    return log_probabilities.gather(2, labels.unsqueeze(2)).squeeze(2)

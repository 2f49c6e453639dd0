"""Primitive ``klToReference``."""

from __future__ import annotations

from torch import Tensor

from imu_sidecar.primitives.precision import wide


def kl_to_reference(log_probabilities: Tensor, reference_log_probabilities: Tensor) -> Tensor:
    """KL_i = (1/T) Σ_t Σ_v q_itv (log q_itv − log p_itv), nats per token, [B] (paper 4.5, column KL).

    p is the model, q the reference, which the paper takes to be the retrained model. Both [B, T, V].
    """
    divergence = reference_log_probabilities.exp() * (reference_log_probabilities - log_probabilities)
    return wide(divergence.sum(dim=2)).mean(dim=1)

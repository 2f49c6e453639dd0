"""Objective ``gradientAscent``."""

from __future__ import annotations

from torch import Tensor

from imu_sidecar.objectives.cross_entropy import cross_entropy


def gradient_ascent(label_log_probabilities: Tensor) -> Tensor:
    """−l_i, [B]: minimising it ascends on the cross-entropy (GA; with sample weights, IMU's eq. 5). Unbounded below."""
    return -cross_entropy(label_log_probabilities)

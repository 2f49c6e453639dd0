"""Estimator ``identity``: no curvature."""

from __future__ import annotations

from imu_sidecar.influence.curvature import Direction
from imu_sidecar.influence.head_samples import HeadSamples
from imu_sidecar.influence.products import mean_gradient


def identity_direction(samples: HeadSamples) -> Direction:
    """S = G: influence is the alignment with the mean gradient, I_i = −⟨g_i, G⟩."""
    return Direction(mean_gradient(samples))

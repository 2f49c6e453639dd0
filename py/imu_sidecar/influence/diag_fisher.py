"""Estimator ``diagFisher``: the released code's curvature."""

from __future__ import annotations

import torch
from torch import Tensor

from imu_sidecar.influence.curvature import Direction
from imu_sidecar.influence.head_samples import HeadSamples
from imu_sidecar.influence.products import mean_gradient


def diag_fisher_direction(samples: HeadSamples, damping: float) -> Direction:
    """S = G / (F + ``damping``) with F = (1/m) Σ_i g_i∘g_i, the diagonal of the empirical Fisher."""
    fisher = fisher_diagonal(samples)
    return Direction(
        mean_gradient(samples) / (fisher + damping),
        damping=damping,
        median_curvature=float(fisher.median()),
    )


def fisher_diagonal(samples: HeadSamples) -> Tensor:
    """F = (1/m) Σ_i g_i∘g_i with g_i = (1/T) Σ_t e_it ⊗ h̃_it, [C, D]."""
    total = samples.zeros()
    length, width = samples.length, samples.batches[0].features.shape[1]
    for batch in samples.batches:
        errors = batch.errors.T.unflatten(0, (-1, length)).transpose(1, 2)
        gradients = errors @ batch.features.unflatten(0, (-1, length)) / length
        total[:, :width] += gradients.square().sum(dim=0, dtype=torch.float64)
        if samples.has_bias:
            total[:, width] += errors.mean(dim=2).square().sum(dim=0, dtype=torch.float64)
    return total / len(samples.losses)


def alias_first_sample(scores: Tensor, gradient: Tensor, direction: Tensor) -> Tensor:
    """``scores`` with I_0 = −⟨G, S⟩, as the released code has it.

    There the sum of gradients is accumulated in place in sample 0's row and then divided by m, so that the row holds
    the mean gradient; the mean itself is right (``unlearn_IMU.py``, ``compute_all_gradients``; spec llm 4.7, item 2).
    """
    aliased = scores.clone()
    aliased[0] = -(gradient * direction).sum()
    return aliased

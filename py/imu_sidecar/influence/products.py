"""The sums over tokens that every estimator is made of. One pass over the features each, two small products per batch.

Directions are [C, D] in float64. Batches are multiplied in the type of the features and summed in float64; the rounding
of single products is random and averages out over the tokens.
"""

from __future__ import annotations

import torch
from torch import Tensor

from imu_sidecar.influence.head_samples import HeadBatch, HeadSamples


def mean_gradient(samples: HeadSamples) -> Tensor:
    """G = (1/mT) Σ_it e_it ⊗ h̃_it, [C, D]."""
    total = samples.zeros()
    for batch in samples.batches:
        add_outer(total, batch.errors, batch.features)
    return total / samples.num_tokens


def hessian_product(samples: HeadSamples, direction: Tensor, in_float64: bool = False) -> Tensor:
    """H V = (1/mT) Σ_it (p∘u − p (p·u)) ⊗ h̃_it with u = V h̃_it, [C, D].

    ``in_float64`` widens the features of every batch first: slower, and exact enough to measure a residual.
    """
    total = samples.zeros()
    for batch in samples.batches:
        features, probabilities = batch.features, batch.probabilities
        if in_float64:
            features, probabilities = features.double(), probabilities.double()
        weighted = probabilities * project(direction, features)
        add_outer(total, weighted.addcmul_(probabilities, weighted.sum(dim=0), value=-1), features)
    return total / samples.num_tokens


def hessian_diagonal(samples: HeadSamples) -> Tensor:
    """diag H = (1/mT) Σ_it p_it (1 − p_it) ⊗ h̃_it², [C, D]."""
    total = samples.zeros()
    for batch in samples.batches:
        add_outer(total, batch.probabilities * (1 - batch.probabilities), batch.features.square())
    return total / samples.num_tokens


def influence_along(samples: HeadSamples, direction: Tensor) -> Tensor:
    """I_i = −⟨g_i, S⟩ = −(1/T) Σ_t e_itᵀ S h̃_it for S = ``direction``, float64 [m], on the CPU."""
    return torch.cat([batch_influence(batch, direction, samples.length) for batch in samples.batches]).cpu()


def batch_influence(batch: HeadBatch, direction: Tensor, length: int) -> Tensor:
    per_token = (batch.errors * project(direction, batch.features)).double().sum(dim=0)
    return -per_token.unflatten(0, (-1, length)).mean(dim=1)


def project(direction: Tensor, features: Tensor) -> Tensor:
    """V h̃ for every token, [C, R], in the type of the features."""
    rounded, width = direction.to(features.dtype), features.shape[1]
    product = rounded[:, :width] @ features.T
    return product if direction.shape[1] == width else product.add_(rounded[:, width:])


def add_outer(total: Tensor, left: Tensor, features: Tensor) -> None:
    """total += Σ_r left_r ⊗ h̃_r for ``left`` [C, R]; the last column is the bias's where there is one."""
    width = features.shape[1]
    total[:, :width] += left @ features
    if total.shape[1] > width:
        total[:, width] += left.sum(dim=1)

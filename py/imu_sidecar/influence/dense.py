"""Estimator ``dense``: the Hessian built and factored, to check the others by."""

from __future__ import annotations

import torch
from torch import Tensor

from imu_sidecar.failures import SidecarError
from imu_sidecar.influence.curvature import Direction
from imu_sidecar.influence.head_samples import HeadSamples
from imu_sidecar.influence.products import mean_gradient

# 6,000² float64 are 288 MB, and factoring them takes seconds.
MAX_UNKNOWNS = 6_000


def dense_direction(samples: HeadSamples, damping: float) -> Direction:
    """S with (H + δI) S = G and δ = ``damping``·λ_max(H), by Cholesky in float64.

    Raises INVALID_REQUEST above ``MAX_UNKNOWNS`` unknowns.
    """
    num_unknowns = samples.num_classes * samples.num_inputs
    if num_unknowns > MAX_UNKNOWNS:
        raise SidecarError(
            "INVALID_REQUEST",
            f"estimator dense would build a Hessian of {num_unknowns}² entries; it goes up to {MAX_UNKNOWNS}",
            "Use estimator exact: it solves the same system without building it.",
        )
    gradient = mean_gradient(samples)
    hessian = dense_hessian(samples)
    diagonal = hessian.diagonal()
    largest = float(torch.linalg.eigvalsh(hessian)[-1])
    delta = damping * largest
    median = float(diagonal.median())
    diagonal.add_(delta)
    solution = torch.cholesky_solve(gradient.reshape(-1, 1), torch.linalg.cholesky(hessian))
    norm = float(gradient.norm())
    error = float((hessian @ solution - gradient.reshape(-1, 1)).norm())
    return Direction(
        solution.view_as(gradient),
        damping=delta,
        largest_eigenvalue=largest,
        median_curvature=median,
        residual=error / norm if norm else 0.0,
    )


def dense_hessian(samples: HeadSamples) -> Tensor:
    """H = (1/mT) Σ_it (diag p − p pᵀ) ⊗ h̃ h̃ᵀ, [C·D, C·D], class-major as W is laid out."""
    num_classes, num_inputs = samples.num_classes, samples.num_inputs
    blocks = torch.zeros(
        num_classes, num_inputs, num_classes, num_inputs, dtype=torch.float64, device=samples.zeros().device
    )
    for batch in samples.batches:
        features, probabilities = batch.features.double(), batch.probabilities.double()
        if samples.has_bias:
            features = torch.cat((features, features.new_ones(len(features), 1)), dim=1)
        for row in range(num_classes):
            for column in range(row + 1):
                weight = -probabilities[row] * probabilities[column]
                if row == column:
                    weight = weight + probabilities[row]
                block = (features.T * weight) @ features
                blocks[row, :, column] += block
                if row != column:
                    blocks[column, :, row] += block
    return blocks.reshape(num_classes * num_inputs, -1) / samples.num_tokens

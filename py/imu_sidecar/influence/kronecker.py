"""A cheap stand-in for the Hessian that is solved at once: a preconditioner, and a direction to start from."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from imu_sidecar.influence.head_samples import HeadSamples


@dataclass(frozen=True)
class KroneckerFactors:
    """H ≈ B ⊗ A with B = E[diag p − p pᵀ] and A = E[h̃ h̃ᵀ], by their eigendecompositions."""

    class_values: Tensor
    class_vectors: Tensor
    input_values: Tensor
    input_vectors: Tensor

    def top_direction(self) -> Tensor:
        """Eigenvector of B ⊗ A with the largest eigenvalue, [C, D]."""
        return self.class_vectors[:, -1:] * self.input_vectors[:, -1]

    def solve(self, right: Tensor, damping: float) -> Tensor:
        """(B ⊗ A + damping)⁻¹ applied to ``right`` [C, D]."""
        rotated = self.class_vectors.T @ right @ self.input_vectors
        rotated /= self.class_values[:, None] * self.input_values + damping
        return self.class_vectors @ rotated @ self.input_vectors.T


def kronecker_factors(samples: HeadSamples) -> KroneckerFactors:
    """Both factors over all tokens of ``samples``."""
    inputs = samples.zeros().new_zeros(samples.num_inputs, samples.num_inputs)
    classes = inputs.new_zeros(samples.num_classes, samples.num_classes)
    for batch in samples.batches:
        features, probabilities = batch.features, batch.probabilities
        if samples.has_bias:
            features = torch.cat((features, features.new_ones(len(features), 1)), dim=1)
        inputs += features.T @ features
        classes += torch.diag(probabilities.sum(dim=1)) - probabilities @ probabilities.T
    class_values, class_vectors = torch.linalg.eigh(classes / samples.num_tokens)
    input_values, input_vectors = torch.linalg.eigh(inputs / samples.num_tokens)
    return KroneckerFactors(class_values.clamp(min=0), class_vectors, input_values.clamp(min=0), input_vectors)

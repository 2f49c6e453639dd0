"""A cheap stand-in for the Hessian: the best known direction to start from, and a preconditioner."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from imu_sidecar.influence.head_samples import HeadSamples

# Tokens that the factors are estimated on. They steer the solver only and leave its result alone.
NUM_TOKENS = 16_384


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
    """Both factors from every k-th token, with k so that about ``NUM_TOKENS`` are used."""
    stride = max(1, samples.num_tokens // NUM_TOKENS)
    features = torch.cat([batch.features[::stride] for batch in samples.batches])
    if samples.has_bias:
        features = torch.cat((features, features.new_ones(len(features), 1)), dim=1)
    probabilities = torch.cat([batch.probabilities[:, ::stride] for batch in samples.batches], dim=1)
    inputs = (features.T @ features).double() / len(features)
    classes = (torch.diag(probabilities.sum(dim=1)) - probabilities @ probabilities.T).double() / len(features)
    class_values, class_vectors = torch.linalg.eigh(classes)
    input_values, input_vectors = torch.linalg.eigh(inputs)
    return KroneckerFactors(class_values.clamp(min=0), class_vectors, input_values.clamp(min=0), input_vectors)

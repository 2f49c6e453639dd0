"""Estimator as told → influence of every sample."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import torch
from torch import Tensor

from imu_sidecar import protocol_gen as protocol
from imu_sidecar.influence.curvature import Direction
from imu_sidecar.influence.dense import dense_direction
from imu_sidecar.influence.diag_fisher import alias_first_sample, diag_fisher_direction
from imu_sidecar.influence.exact import exact_direction
from imu_sidecar.influence.head_samples import HeadSamples
from imu_sidecar.influence.identity import identity_direction
from imu_sidecar.influence.loss import loss_influence
from imu_sidecar.influence.products import influence_along, mean_gradient

EstimatorSpec: TypeAlias = (
    protocol.ExactEstimator
    | protocol.DenseEstimator
    | protocol.DiagFisherEstimator
    | protocol.IdentityEstimator
    | protocol.LossEstimator
)


@dataclass(frozen=True)
class Influence:
    """Signed scores, and the direction they were taken along; None for the one estimator that has none."""

    scores: Tensor
    """I_i, float64 [m], on the CPU."""
    direction: Direction | None


def estimate_influence(spec: EstimatorSpec, samples: HeadSamples) -> Influence:
    """Influence of every sample on the mean loss over all of them."""
    with torch.inference_mode():
        if isinstance(spec, protocol.LossEstimator):
            return Influence(loss_influence(samples.losses), None)
        found = DIRECTIONS[type(spec)](spec, samples)
        scores = influence_along(samples, found.direction)
        if isinstance(spec, protocol.DiagFisherEstimator) and spec.alias_first_sample:
            scores = alias_first_sample(scores, mean_gradient(samples), found.direction)
        return Influence(scores, found)


DIRECTIONS: dict[type, Callable[..., Direction]] = {
    protocol.ExactEstimator: lambda spec, samples: exact_direction(
        samples, spec.damping, spec.tolerance, spec.max_iterations
    ),
    protocol.DenseEstimator: lambda spec, samples: dense_direction(samples, spec.damping),
    protocol.DiagFisherEstimator: lambda spec, samples: diag_fisher_direction(samples, spec.damping),
    protocol.IdentityEstimator: lambda _, samples: identity_direction(samples),
}

"""Operation ``scoreInfluence``."""

from __future__ import annotations

import time

import numpy as np
import torch
from torch import Tensor

from imu_sidecar import protocol_gen as protocol
from imu_sidecar.failures import SidecarError
from imu_sidecar.influence import Influence, estimate_influence, gather_head_samples
from imu_sidecar.loop import Context, operation
from imu_sidecar.models.sequence_model import shift
from imu_sidecar.operations.arguments import get_model_and_dataset
from imu_sidecar.optimisation.descent import name_samples
from imu_sidecar.primitives.measure import compute_features

Arrays = dict[str, np.ndarray]


@operation("scoreInfluence")
def score_influence(
    request: protocol.ScoreInfluenceInput, arrays: Arrays, context: Context
) -> tuple[protocol.ScoreInfluenceOutput, Arrays]:
    model, dataset = get_model_and_dataset(context, request.model, request.dataset)
    rows = dataset.select(request.selection.sets, request.selection.limit)
    started = time.perf_counter()
    features = compute_features(model, dataset, rows, request.batch_size, context.check)
    labels = (shift(dataset.tokens[batch])[1] for batch in rows.split(request.batch_size))
    samples = gather_head_samples(model.head, features, labels)
    refuse_non_finite("loss", samples.losses)
    context.check()
    influence = estimate_influence(request.estimator, samples)
    refuse_non_finite("influence", influence.scores)
    warn_if_not_solved(request.estimator, influence, context)
    found = influence.direction
    output = protocol.ScoreInfluenceOutput(
        num_samples=len(rows),
        damping=found.damping if found else 0.0,
        largest_eigenvalue=found.largest_eigenvalue if found else None,
        median_curvature=found.median_curvature if found else None,
        num_iterations=found.num_iterations if found else 0,
        residual=found.residual if found else 0.0,
        seconds=time.perf_counter() - started,
    )
    return output, {
        "influenceScores": influence.scores.numpy(),
        "losses": samples.losses.numpy(),
        "groups": dataset.groups[rows].to(torch.int32).numpy(),
    }


def refuse_non_finite(what: str, values: Tensor) -> None:
    bad = (~torch.isfinite(values)).nonzero().flatten()
    if len(bad):
        raise SidecarError(
            "NON_FINITE",
            f"the {what} of {name_samples(bad)} is not finite",
            "The model has diverged; score it earlier, or train it with a smaller learning rate.",
        )


def warn_if_not_solved(estimator: object, influence: Influence, context: Context) -> None:
    found = influence.direction
    if isinstance(estimator, protocol.ExactEstimator) and found and not found.residual <= estimator.tolerance:
        context.emit(
            protocol.Logged(
                level="warning",
                message=f"exact influence: the residual {found.residual:.1e} after {found.num_iterations} products "
                f"is above the tolerance {estimator.tolerance:.1e}; raise maxIterations or damping",
            )
        )

"""Objective as told → function of label log-probabilities."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from torch import Tensor

from imu_sidecar import protocol_gen as protocol
from imu_sidecar.objectives.cross_entropy import cross_entropy
from imu_sidecar.objectives.gradient_ascent import gradient_ascent
from imu_sidecar.objectives.npo import npo
from imu_sidecar.objectives.sim_npo import sim_npo

ObjectiveSpec: TypeAlias = protocol.CrossEntropy | protocol.GradientAscent | protocol.Npo | protocol.SimNpo


@dataclass(frozen=True)
class Objective:
    """``losses(label_log_probabilities [B, n], reference's or None)`` → [B]."""

    losses: Callable[[Tensor, Tensor | None], Tensor]
    needs_reference: bool = False


def build_objective(spec: ObjectiveSpec) -> Objective:
    return BUILDERS[type(spec)](spec)


BUILDERS: dict[type, Callable[..., Objective]] = {
    protocol.CrossEntropy: lambda spec: Objective(lambda own, _: cross_entropy(own)),
    protocol.GradientAscent: lambda spec: Objective(lambda own, _: gradient_ascent(own)),
    protocol.Npo: lambda spec: Objective(lambda own, reference: npo(own, reference, spec.beta), needs_reference=True),
    protocol.SimNpo: lambda spec: Objective(lambda own, _: sim_npo(own, spec.beta, spec.delta)),
}

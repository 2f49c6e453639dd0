"""What a descent minimises: per-sample losses, and the weighted mean of a batch."""

from imu_sidecar.objectives.build import Objective, build_objective
from imu_sidecar.objectives.weighted_mean import weighted_mean

__all__ = ["Objective", "build_objective", "weighted_mean"]

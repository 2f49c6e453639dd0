"""Going downhill: which samples, which parameters, how far."""

from imu_sidecar.optimisation.descent import Descent
from imu_sidecar.optimisation.optimisers import build_optimiser
from imu_sidecar.optimisation.sampler import EpochSampler

__all__ = ["Descent", "EpochSampler", "build_optimiser"]

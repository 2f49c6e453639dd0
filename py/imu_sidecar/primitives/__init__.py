"""What is measured on a model: per-sample values, and the pass over the data that yields them."""

from imu_sidecar.primitives.kl_to_reference import kl_to_reference
from imu_sidecar.primitives.log_probabilities import log_probabilities
from imu_sidecar.primitives.measure import MeasurementPlan, measure, plan_measurements
from imu_sidecar.primitives.token_loss import label_log_probabilities, token_loss

__all__ = [
    "MeasurementPlan",
    "kl_to_reference",
    "label_log_probabilities",
    "log_probabilities",
    "measure",
    "plan_measurements",
    "token_loss",
]

"""Sequence models behind one interface: ``forward(tokens) = head(features(tokens))``."""

from imu_sidecar.models.build import build_model
from imu_sidecar.models.sequence_model import SequenceModel, body_parameters, head_parameters

__all__ = ["SequenceModel", "body_parameters", "build_model", "head_parameters"]

"""Handles of a request → objects that fit each other."""

from __future__ import annotations

from imu_sidecar.data import Dataset
from imu_sidecar.failures import SidecarError
from imu_sidecar.loop import Context
from imu_sidecar.models import SequenceModel


def get_model_and_dataset(context: Context, model: str, dataset: str) -> tuple[SequenceModel, Dataset]:
    """The two, the model able to read the data. Raises INVALID_REQUEST with both sizes where it is not."""
    found_dataset = context.handles.get("dataset", dataset)
    return fitting(context.handles.get("model", model), found_dataset), found_dataset


def get_reference(
    context: Context, reference: str | None, dataset: Dataset, needed_by: str | None
) -> SequenceModel | None:
    """The reference model, or None when nothing needs one. Raises INVALID_REQUEST when it is needed and not named."""
    if needed_by is None:
        return None
    if reference is None:
        raise SidecarError(
            "INVALID_REQUEST",
            f"{needed_by} compares with a reference model, but reference is null",
            "Name the model to compare with.",
        )
    return fitting(context.handles.get("model", reference), dataset)


def fitting(model: SequenceModel, dataset: Dataset) -> SequenceModel:
    num_positions = dataset.tokens.shape[1] - 1
    if model.num_positions < num_positions or model.vocabulary_size < dataset.vocabulary_size:
        raise SidecarError(
            "INVALID_REQUEST",
            f"the model reads {model.num_positions} positions and {model.vocabulary_size} tokens; "
            f"the data set has {num_positions} and {dataset.vocabulary_size}",
            "Make the model with numPositions = sequenceLength − 1 and vocabularySize = numStates, or larger.",
        )
    return model

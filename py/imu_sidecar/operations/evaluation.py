"""Operation ``evaluate``."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from imu_sidecar import protocol_gen as protocol
from imu_sidecar.loop import Context, operation
from imu_sidecar.operations.arguments import get_model_and_dataset, get_reference
from imu_sidecar.primitives import measure, plan_measurements
from imu_sidecar.primitives.measure import find_features

Arrays = dict[str, np.ndarray]


@operation("evaluate")
def evaluate(
    request: protocol.EvaluateInput, arrays: Arrays, context: Context
) -> tuple[protocol.EvaluateOutput, Arrays]:
    model, dataset = get_model_and_dataset(context, request.model, request.dataset)
    reference = get_reference(context, request.reference, dataset, comparing(request.measurements))
    started = time.perf_counter()
    plan = plan_measurements(dataset, request.measurements)
    values = measure(
        model,
        dataset,
        plan,
        reference=reference,
        batch_size=request.batch_size,
        features=find_features(model, dataset, plan.rows, request.batch_size),
        check=context.check,
    )
    measured = [
        protocol.MeasuredValue(label=measurement.label, value=value, num_samples=len(members))
        for measurement, value, members in zip(request.measurements, values, plan.members, strict=True)
    ]
    return protocol.EvaluateOutput(values=measured, seconds=time.perf_counter() - started), {}


def comparing(measurements: Sequence[protocol.Measurement]) -> str | None:
    """The first measurement that needs a reference, in words."""
    return next(
        (f"measurement {m.label!r} (klToReference)" for m in measurements if m.primitive == "klToReference"), None
    )

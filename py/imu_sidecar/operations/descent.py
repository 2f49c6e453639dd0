"""Operations ``openDescent``, ``setSampleWeights`` and ``descend``."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from imu_sidecar import protocol_gen as protocol
from imu_sidecar.data import Dataset
from imu_sidecar.failures import SidecarError
from imu_sidecar.loop import Context, operation
from imu_sidecar.models import SequenceModel, head_parameters
from imu_sidecar.models.sequence_model import shift
from imu_sidecar.objectives import build_objective
from imu_sidecar.operations.arguments import get_model_and_dataset, get_reference
from imu_sidecar.operations.evaluation import comparing
from imu_sidecar.optimisation import Descent, build_optimiser
from imu_sidecar.primitives import label_log_probabilities, log_probabilities, measure, plan_measurements
from imu_sidecar.primitives.measure import compute_features, run_batches

Arrays = dict[str, np.ndarray]

# Sequences per batch of the passes that a descent makes by itself; measured best for the 128-wide decoder on a CPU.
PASS_BATCH_SIZE = 128


@dataclass(frozen=True)
class OpenDescent:
    """What a descent handle names."""

    descent: Descent
    model: SequenceModel
    dataset: Dataset


@operation("openDescent")
def open_descent(
    request: protocol.OpenDescentInput, arrays: Arrays, context: Context
) -> tuple[protocol.OpenDescentOutput, Arrays]:
    spec = request.descent
    model, dataset = get_model_and_dataset(context, request.model, request.dataset)
    rows = dataset.select(spec.selection.sets, spec.selection.limit)
    objective = build_objective(spec.objective)
    needed_by = "objective npo" if objective.needs_reference else None
    reference = get_reference(context, request.reference, dataset, needed_by)
    frozen_body = spec.parameter_scope == "head"
    parameters = [parameter for _, parameter in head_parameters(model)] if frozen_body else list(model.parameters())
    descent = Descent(
        model,
        dataset.tokens[rows],
        objective=objective,
        parameters=parameters,
        optimiser=build_optimiser(spec.optimiser, parameters),
        batch_size=spec.batch_size,
        seed=spec.seed,
        normalise_per_batch=spec.normalise_per_batch,
        l1_penalty=spec.l1_penalty,
        loss_scale=spec.loss_scale,
        reference=None if reference is None else label_scores(reference, dataset, rows, context.check),
        frozen_body=frozen_body,
    )
    handle = context.handles.put("descent", OpenDescent(descent, model, dataset))
    return (
        protocol.OpenDescentOutput(
            descent=handle, num_trainable=descent.num_trainable, num_samples=descent.num_samples
        ),
        {},
    )


@operation("setSampleWeights")
def set_sample_weights(
    request: protocol.SetSampleWeightsInput, arrays: Arrays, context: Context
) -> tuple[protocol.SetSampleWeightsOutput, Arrays]:
    opened: OpenDescent = context.handles.get("descent", request.descent)
    if "sampleWeights" not in arrays:
        raise SidecarError(
            "INVALID_REQUEST", "setSampleWeights came without its array", "Send float64 [n] named sampleWeights."
        )
    weights = torch.from_numpy(np.array(arrays["sampleWeights"], dtype=np.float64))
    return protocol.SetSampleWeightsOutput(num_drawn=opened.descent.set_sample_weights(weights)), {}


@operation("descend")
def descend(request: protocol.DescendInput, arrays: Arrays, context: Context) -> tuple[protocol.DescendOutput, Arrays]:
    opened: OpenDescent = context.handles.get("descent", request.descent)
    descent = opened.descent
    take_trace = prepare_trace(request, opened, context)
    steps: list[int] = []
    points: list[list[float]] = []
    trace_seconds = 0.0

    def trace() -> None:
        nonlocal trace_seconds
        started = time.perf_counter()
        values = take_trace()
        trace_seconds += time.perf_counter() - started
        steps.append(descent.step_count)
        points.append(values)
        for measurement, value in zip(request.trace, values, strict=True):
            context.emit(protocol.MetricMeasured(step=descent.step_count, label=measurement.label, value=value))

    started = time.perf_counter()
    if request.trace and descent.step_count == 0:
        trace()
    for done in range(1, request.num_steps + 1):
        loss = descent.step()
        seconds_per_step = (time.perf_counter() - started - trace_seconds) / done
        context.emit(
            protocol.StepCompleted(
                step=descent.step_count,
                num_steps=max(request.total_steps, descent.step_count),
                loss=loss,
                seconds_per_step=seconds_per_step,
            )
        )
        if request.trace and descent.step_count % request.trace_every == 0:
            trace()
    output = protocol.DescendOutput(
        step=descent.step_count,
        loss=descent.loss,
        seconds=time.perf_counter() - started,
        trace_seconds=trace_seconds,
    )
    return output, {
        "steps": np.asarray(steps, dtype=np.int32),
        "trace": np.asarray(points, dtype=np.float64).reshape(len(steps), len(request.trace)),
    }


def prepare_trace(request: protocol.DescendInput, opened: OpenDescent, context: Context) -> Callable[[], list[float]]:
    """A function that measures the model as it is. With a frozen body its first call computes the features."""
    model, dataset = opened.model, opened.dataset
    reference = get_reference(context, request.reference, dataset, comparing(request.trace))
    plan = plan_measurements(dataset, request.trace)
    features: list[Tensor] | None = None

    def take() -> list[float]:
        nonlocal features
        if opened.descent.frozen_body and features is None:
            features = compute_features(model, dataset, plan.rows, PASS_BATCH_SIZE, context.check)
        return measure(
            model,
            dataset,
            plan,
            reference=reference,
            batch_size=PASS_BATCH_SIZE,
            features=features,
            check=context.check,
        )

    return take


def label_scores(reference: SequenceModel, dataset: Dataset, rows: Tensor, check: Callable[[], None]) -> Tensor:
    """The reference's label log-probabilities on ``rows``, [n, T], computed once for the whole descent."""

    predicted = torch.cat(
        run_batches(
            lambda tokens: log_probabilities(reference.head, reference.features(tokens)),
            dataset,
            rows,
            PASS_BATCH_SIZE,
            check,
        )
    )
    # A copy outside inference mode, so that autograd may save it.
    return label_log_probabilities(predicted, shift(dataset.tokens[rows])[1]).clone()

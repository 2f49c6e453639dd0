"""Operation ``train``."""

from __future__ import annotations

import math
import time

import numpy as np

from imu_sidecar import protocol_gen as protocol
from imu_sidecar.loop import Context, operation
from imu_sidecar.objectives import build_objective
from imu_sidecar.operations.arguments import get_model_and_dataset
from imu_sidecar.optimisation import Descent, build_optimiser

Arrays = dict[str, np.ndarray]


@operation("train")
def train(request: protocol.TrainInput, arrays: Arrays, context: Context) -> tuple[protocol.TrainOutput, Arrays]:
    model, dataset = get_model_and_dataset(context, request.model, request.dataset)
    rows = dataset.select(request.selection.sets, request.selection.limit)
    parameters = list(model.parameters())
    descent = Descent(
        model,
        dataset.tokens[rows],
        objective=build_objective(protocol.CrossEntropy()),
        parameters=parameters,
        optimiser=build_optimiser(request.optimiser, parameters),
        batch_size=request.batch_size,
        seed=request.seed,
    )
    num_steps = request.num_epochs * math.ceil(len(rows) / request.batch_size)
    started = time.perf_counter()
    for step in range(1, num_steps + 1):
        loss = descent.step()
        seconds_per_step = (time.perf_counter() - started) / step
        context.emit(
            protocol.StepCompleted(step=step, num_steps=num_steps, loss=loss, seconds_per_step=seconds_per_step)
        )
    return (
        protocol.TrainOutput(num_steps=num_steps, loss=descent.loss, seconds=time.perf_counter() - started),
        {},
    )

"""Operations ``createModel``, ``loadModel``, ``saveModel`` and ``release``."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np

from imu_sidecar import protocol_gen as protocol
from imu_sidecar.checkpoints import load_weights, save_model
from imu_sidecar.loop import Context, operation
from imu_sidecar.models import SequenceModel, build_model, head_parameters

Arrays = dict[str, np.ndarray]


@operation("createModel")
def create_model(
    request: protocol.CreateModelInput, arrays: Arrays, context: Context
) -> tuple[protocol.CreateModelOutput, Arrays]:
    model = build_model(request.architecture, request.seed).to(context.device)
    return protocol.CreateModelOutput(**register(model, context)), {}


@operation("loadModel")
def load_model(
    request: protocol.LoadModelInput, arrays: Arrays, context: Context
) -> tuple[protocol.LoadModelOutput, Arrays]:
    model = build_model(request.architecture, seed=0)
    load_weights(model, Path(request.path), request.sha256)
    return protocol.LoadModelOutput(**register(model.to(context.device), context)), {}


@operation("saveModel")
def save(request: protocol.SaveModelInput, arrays: Arrays, context: Context) -> tuple[protocol.SaveModelOutput, Arrays]:
    model = context.handles.get("model", request.model)
    written = save_model(model, msgspec.to_builtins(model.architecture), Path(request.path))
    return protocol.SaveModelOutput(sha256=written.sha256, size_bytes=written.size_bytes), {}


@operation("release")
def release(request: protocol.ReleaseInput, arrays: Arrays, context: Context) -> tuple[protocol.ReleaseOutput, Arrays]:
    for handle in request.handles:
        context.handles.drop(handle)
    return protocol.ReleaseOutput(), {}


def register(model: SequenceModel, context: Context) -> dict[str, str | int]:
    """The fields that createModel and loadModel answer with."""
    return {
        "model": context.handles.put("model", model),
        "num_parameters": sum(parameter.numel() for parameter in model.parameters()),
        "num_head_parameters": sum(parameter.numel() for _, parameter in head_parameters(model)),
    }

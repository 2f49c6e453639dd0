"""Optimiser as told → torch optimiser."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from imu_sidecar import protocol_gen as protocol

# Devices where torch has one kernel for the whole update; it rounds as the plain loop does, up to the last digit.
FUSED_DEVICES = ("cpu", "cuda")


def build_optimiser(spec: protocol.AdamW | protocol.Sgd, parameters: Sequence[nn.Parameter]) -> torch.optim.Optimizer:
    """torch's AdamW (decoupled decay) or SGD on ``parameters``, every value as given."""
    fused = parameters[0].device.type in FUSED_DEVICES
    if isinstance(spec, protocol.AdamW):
        return torch.optim.AdamW(
            parameters,
            lr=spec.learning_rate,
            betas=(spec.beta1, spec.beta2),
            eps=spec.epsilon,
            weight_decay=spec.weight_decay,
            fused=fused,
        )
    return torch.optim.SGD(
        parameters,
        lr=spec.learning_rate,
        momentum=spec.momentum,
        weight_decay=spec.weight_decay,
        fused=fused,
    )

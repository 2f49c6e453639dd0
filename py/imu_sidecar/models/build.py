"""Architecture → model with the weights that a seed draws."""

from __future__ import annotations

from collections.abc import Callable

import torch

from imu_sidecar import protocol_gen as protocol
from imu_sidecar.models.gpt2 import Gpt2
from imu_sidecar.models.markov_decoder import MarkovDecoder
from imu_sidecar.models.sequence_model import SequenceModel


def build_model(architecture: protocol.MarkovDecoder | protocol.Gpt2, seed: int) -> SequenceModel:
    """A float32 model on the CPU, so that a seed draws the same weights for every device. Global random state stays."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = BUILDERS[type(architecture)](architecture)
    model.architecture = architecture
    return model


BUILDERS: dict[type, Callable[..., SequenceModel]] = {
    protocol.MarkovDecoder: lambda a: MarkovDecoder(a.vocabulary_size, a.num_positions, a.width, a.num_layers),
    protocol.Gpt2: lambda a: Gpt2(a.vocabulary_size, a.num_positions, a.width, a.num_layers, a.num_heads),
}

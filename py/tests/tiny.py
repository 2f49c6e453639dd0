"""Tiny float64 models and data that the proofs run on."""

import torch

from imu_sidecar import protocol_gen as protocol
from imu_sidecar.data import Dataset, generate_markov_chains
from imu_sidecar.models import SequenceModel, build_model
from imu_sidecar.models.sequence_model import shift

ARCHITECTURES = {
    "markovDecoder": protocol.MarkovDecoder(vocabulary_size=4, num_positions=5, width=6, num_layers=2),
    "gpt2": protocol.Gpt2(vocabulary_size=4, num_positions=5, width=6, num_layers=1, num_heads=2),
}


def tiny_model(kind: str = "markovDecoder", seed: int = 0) -> SequenceModel:
    model = build_model(ARCHITECTURES[kind], seed).double()
    with torch.no_grad():
        # Logits of unlike size, as in a trained model.
        model.head.weight.mul_(3)
    return model


def tiny_dataset(num: int = 12) -> Dataset:
    return generate_markov_chains(
        num_states=4, sequence_length=6, leakage=0.2, num_sequences=(num, num, num), test_fraction=0.25, seed=3
    )


def sample_losses(model: SequenceModel, sequences: torch.Tensor) -> torch.Tensor:
    """Mean token cross-entropy of each sequence, [B], by torch's own loss."""
    tokens, labels = shift(sequences)
    return torch.nn.functional.cross_entropy(model(tokens).transpose(1, 2), labels, reduction="none").mean(dim=1)

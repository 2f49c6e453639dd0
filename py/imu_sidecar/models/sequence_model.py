"""What every sequence model offers to the kernels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn


class SequenceModel(nn.Module):
    """A causal model whose last step is linear, so that influence and head-only descents work for all.

    Shapes: B sequences, T positions, d features, V tokens. Subclasses hold no dropout and no running
    statistics: training and evaluation mode compute the same function.
    """

    vocabulary_size: int
    num_positions: int
    architecture: Any
    """What it was built from, as the contract says it; goes into its checkpoints."""

    @property
    def head(self) -> nn.Linear:
        """The output layer, d → V, with or without a bias."""
        raise NotImplementedError

    def features(self, tokens: Tensor) -> Tensor:
        """Inputs of the output layer, [B, T, d], for token ids [B, T]."""
        raise NotImplementedError

    def forward(self, tokens: Tensor) -> Tensor:
        """Logits [B, T, V] of the next token for token ids [B, T]."""
        return self.head(self.features(tokens))


def head_parameters(model: SequenceModel) -> list[tuple[str, nn.Parameter]]:
    """Named parameters of the output layer: parameter scope ``head``, the paper's θ_c."""
    in_head = {id(parameter) for parameter in model.head.parameters()}
    return [(name, parameter) for name, parameter in model.named_parameters() if id(parameter) in in_head]


def body_parameters(model: SequenceModel) -> Iterator[tuple[str, Tensor]]:
    """Named parameters that decide the features: all but the output layer's."""
    in_head = {id(parameter) for parameter in model.head.parameters()}
    return ((name, parameter) for name, parameter in model.named_parameters() if id(parameter) not in in_head)


def shift(sequences: Tensor) -> tuple[Tensor, Tensor]:
    """Inputs and labels, [B, T] each and int64, of sequences [B, T+1]: position t predicts token t+1."""
    return sequences[:, :-1].to(torch.int64), sequences[:, 1:].to(torch.int64)

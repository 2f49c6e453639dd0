"""The decoder of the paper's Markov-chain experiment (paper 4.5; not a GPT-2, see ``gpt2.py``)."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from imu_sidecar.models.sequence_model import SequenceModel


class MarkovDecoder(SequenceModel):
    """Token plus learned position embeddings, post-norm blocks, a linear head with bias.

    At vocabulary 10, 19 positions, width 128 and 4 layers it has 335,754 parameters, as released.
    """

    def __init__(self, vocabulary_size: int, num_positions: int, width: int, num_layers: int) -> None:
        super().__init__()
        self.vocabulary_size = vocabulary_size
        self.num_positions = num_positions
        self.tokens = nn.Embedding(vocabulary_size, width)
        self.positions = nn.Parameter(torch.empty(num_positions, width).normal_(std=0.02))
        self.blocks = nn.ModuleList(Block(width) for _ in range(num_layers))
        self.output = nn.Linear(width, vocabulary_size)

    @property
    def head(self) -> nn.Linear:
        return self.output

    def features(self, tokens: Tensor) -> Tensor:
        length = tokens.shape[1]
        hidden = self.tokens(tokens) + self.positions[:length]
        mask = torch.full((length, length), -math.inf, dtype=hidden.dtype, device=hidden.device).triu(1)
        for block in self.blocks:
            hidden = block(hidden, mask)
        return hidden


class Block(nn.Module):
    """One attention head of full width without output projection, then a two-layer ReLU network; norm after each."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.query = nn.Linear(width, width, bias=False)
        self.key = nn.Linear(width, width, bias=False)
        self.value = nn.Linear(width, width, bias=False)
        self.attention_norm = nn.LayerNorm(width)
        self.expand = nn.Linear(width, width)
        self.contract = nn.Linear(width, width)
        self.network_norm = nn.LayerNorm(width)

    def forward(self, hidden: Tensor, mask: Tensor) -> Tensor:
        """[B, T, d] → [B, T, d]; ``mask`` [T, T] holds 0 where a position may look and −∞ elsewhere."""
        # q_s · k_t = h_sᵀ (W_qᵀ W_k) h_t: with the two weights multiplied first, one large product is saved.
        bilinear = self.query.weight.T @ self.key.weight / math.sqrt(hidden.shape[-1])
        scores = torch.baddbmm(mask, hidden @ bilinear, hidden.transpose(1, 2))
        hidden = self.attention_norm(torch.baddbmm(hidden, scores.softmax(-1), self.value(hidden)))
        return self.network_norm(hidden + self.contract(F.relu(self.expand(hidden))))

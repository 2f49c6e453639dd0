"""Log-probabilities of the next token."""

from __future__ import annotations

import torch
from torch import Tensor, nn


def log_probabilities(head: nn.Linear, features: Tensor) -> Tensor:
    """log softmax(W h + b), [B, T, V], for features [B, T, d].

    The result is a view on [V, B·T]: with V small, sums over the vocabulary are an order of magnitude faster with the
    tokens side by side in memory.
    """
    tokens = features.flatten(0, 1).T
    logits = head.weight @ tokens if head.bias is None else torch.addmm(head.bias[:, None], head.weight, tokens)
    return logits.log_softmax(dim=0).T.unflatten(0, features.shape[:2])

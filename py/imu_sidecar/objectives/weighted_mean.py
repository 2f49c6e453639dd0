"""How the losses of a batch become one number."""

from __future__ import annotations

from torch import Tensor


def weighted_mean(losses: Tensor, weights: Tensor, normalise_per_batch: bool) -> Tensor:
    """Σ w_i l_i / Σ w_i over the batch, or Σ w_i l_i / B for weights of mean one over the set (paper eq. 5).

    ``losses`` and ``weights`` [B]; summed in the type of ``weights``.
    """
    total = (weights * losses).sum()
    return total / weights.sum() if normalise_per_batch else total / len(losses)

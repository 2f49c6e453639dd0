"""What the closed forms need of a set of samples: features, probabilities, errors. One forward pass."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from imu_sidecar.primitives import log_probabilities, token_loss


@dataclass(frozen=True)
class HeadBatch:
    """B samples, R = B·T tokens, side by side in the second axis where it is R."""

    features: Tensor
    """h, [R, d]."""
    probabilities: Tensor
    """p, [C, R]."""
    errors: Tensor
    """e = p − y, [C, R]."""


@dataclass(frozen=True)
class HeadSamples:
    """m samples in batches, as the output layer sees them. Sums over samples are taken in float64."""

    batches: list[HeadBatch]
    losses: Tensor
    """l_i, float64 [m], on the CPU."""
    num_tokens: int
    """m·T."""
    length: int
    """T."""
    num_classes: int
    num_inputs: int
    """D, the bias counted."""
    has_bias: bool

    def zeros(self) -> Tensor:
        """A [C, D] of zeros, float64, where the products are computed."""
        return torch.zeros(
            self.num_classes, self.num_inputs, dtype=torch.float64, device=self.batches[0].features.device
        )


def gather_head_samples(head: nn.Linear, features: Iterable[Tensor], labels: Iterable[Tensor]) -> HeadSamples:
    """Probabilities and errors of batches of features [B, T, d] with labels [B, T].

    Computed where the features are, but for MPS, which has no float64: there on the CPU.
    """
    batches, losses = [], []
    with torch.inference_mode():
        for inputs, targets in zip(features, labels, strict=True):
            predicted = log_probabilities(head, inputs)
            losses.append(token_loss(predicted, targets).cpu())
            probabilities = predicted.flatten(0, 1).T.exp()
            batches.append(
                HeadBatch(
                    off_mps(inputs.flatten(0, 1)),
                    off_mps(probabilities),
                    off_mps(prediction_errors(probabilities, targets.flatten())),
                )
            )
        length = inputs.shape[1]
        losses = torch.cat(losses).to(torch.float64)
    has_bias = head.bias is not None
    return HeadSamples(
        batches=batches,
        losses=losses,
        num_tokens=len(losses) * length,
        length=length,
        num_classes=head.out_features,
        num_inputs=head.in_features + has_bias,
        has_bias=has_bias,
    )


def thin_out(samples: HeadSamples, stride: int) -> HeadSamples:
    """Every ``stride``-th token of each batch, in one batch: an estimate of the curvature at a fraction of the cost.

    Samples are cut apart, so sums over samples make no sense on the result; ``losses`` are left as they are.
    """
    features = torch.cat([batch.features[::stride] for batch in samples.batches])
    probabilities = torch.cat([batch.probabilities[:, ::stride] for batch in samples.batches], dim=1)
    errors = torch.cat([batch.errors[:, ::stride] for batch in samples.batches], dim=1)
    return replace(samples, batches=[HeadBatch(features, probabilities, errors)], num_tokens=len(features))


def prediction_errors(probabilities: Tensor, labels: Tensor) -> Tensor:
    """e = p − y, [C, R]. The label's entry is −Σ_{c≠y} p_c: in float32 p_y − 1 is 0 where a sample fits well."""
    is_label = torch.arange(len(probabilities), device=labels.device)[:, None] == labels
    others = probabilities.masked_fill(is_label, 0)
    return others - is_label * others.sum(dim=0)


def off_mps(values: Tensor) -> Tensor:
    return values.cpu() if values.device.type == "mps" else values

"""One descent: a model, an objective, sample weights, and an optimiser that keeps its state between calls."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from imu_sidecar.failures import SidecarError
from imu_sidecar.models import SequenceModel
from imu_sidecar.models.sequence_model import shift
from imu_sidecar.objectives import Objective, weighted_mean
from imu_sidecar.optimisation.sampler import EpochSampler
from imu_sidecar.primitives.log_probabilities import log_probabilities
from imu_sidecar.primitives.precision import wide
from imu_sidecar.primitives.token_loss import label_log_probabilities

# Batches whose features are computed together when the body is frozen.
NUM_BATCHES_AHEAD = 64
MAX_INDICES_SHOWN = 10


class Descent:
    """Steps of θ ← optimiser(θ, lossScale·∇ weighted objective + l1Penalty·sign(θ)) over shuffled epochs.

    θ are ``parameters``, those in scope. ``sequences`` [n, T+1] lie on the model's device; ``reference`` [n, T] are
    the reference model's label log-probabilities where the objective needs them. With ``frozen_body`` only the output
    layer moves, and a sample's features are computed once.
    """

    def __init__(
        self,
        model: SequenceModel,
        sequences: Tensor,
        *,
        objective: Objective,
        parameters: Sequence[nn.Parameter],
        optimiser: torch.optim.Optimizer,
        batch_size: int,
        seed: int,
        normalise_per_batch: bool = True,
        l1_penalty: float = 0.0,
        loss_scale: float = 1.0,
        reference: Tensor | None = None,
        frozen_body: bool = False,
    ) -> None:
        self.model = model
        self.frozen_body = frozen_body
        self.num_samples = len(sequences)
        self.num_trainable = sum(parameter.numel() for parameter in parameters)
        self.step_count = 0
        self.loss = float("nan")
        self._sequences = sequences
        self._objective = objective
        self._parameters = parameters
        self._optimiser = optimiser
        self._normalise_per_batch = normalise_per_batch
        self._l1_penalty = l1_penalty
        self._loss_scale = loss_scale
        self._reference = reference
        self._weights = wide(torch.ones(self.num_samples, device=sequences.device))
        self._sampler = EpochSampler(torch.arange(self.num_samples), batch_size, seed)
        self._features: Tensor | None = None
        self._has_features = torch.zeros(self.num_samples, dtype=torch.bool)

    def set_sample_weights(self, weights: Tensor) -> int:
        """Weights [n] ≥ 0 from here on; returns the number of samples that are drawn, those above 0."""
        if weights.shape != (self.num_samples,):
            raise SidecarError(
                "INVALID_REQUEST",
                f"sampleWeights has shape {list(weights.shape)}, the selection holds {self.num_samples} samples",
                "Give one weight per sample, in the selection's order.",
            )
        bad = (~torch.isfinite(weights) | (weights < 0)).nonzero().flatten()
        if len(bad):
            raise SidecarError(
                "INVALID_REQUEST",
                f"sampleWeights must be finite and ≥ 0; {name_samples(bad)} {'is' if len(bad) == 1 else 'are'} not",
                "Shape the influence scores before they become weights.",
            )
        drawn = weights.nonzero().flatten()
        if not len(drawn):
            raise SidecarError(
                "INVALID_REQUEST",
                "every sample weight is zero: there is nothing to descend on",
                "Select more samples, e.g. with a larger selectionFraction.",
            )
        self._weights = weights.to(self._weights)
        self._sampler.restart(drawn.cpu())
        return len(drawn)

    def step(self) -> float:
        """One update; returns the batch's weighted objective before it, without l1Penalty and lossScale.

        Raises NON_FINITE, before anything is changed, naming the samples by their place in the selection.
        """
        if self.frozen_body:
            self._prepare_features()
        indices = self._sampler.next_batch()
        losses = self._losses(indices)
        if not bool(torch.isfinite(losses).all()):
            bad = indices[~torch.isfinite(losses).cpu()]
            raise SidecarError(
                "NON_FINITE",
                f"step {self.step_count + 1}: the loss of {name_samples(bad)} is not finite",
                "Try a smaller learning rate or fewer steps.",
            )
        loss = weighted_mean(wide(losses), self._weights[indices], self._normalise_per_batch)
        self._optimiser.zero_grad(set_to_none=True)
        (loss * self._loss_scale).backward()
        self._add_l1_gradient()
        self._optimiser.step()
        self.step_count += 1
        self.loss = loss.item()
        return self.loss

    def _losses(self, indices: Tensor) -> Tensor:
        """Per-sample objective [B] of samples of the selection."""
        tokens, labels = shift(self._sequences[indices])
        features = self._features[indices] if self.frozen_body else self.model.features(tokens)
        predicted = log_probabilities(self.model.head, features)
        reference = None if self._reference is None else self._reference[indices]
        return self._objective.losses(label_log_probabilities(predicted, labels), reference)

    def _add_l1_gradient(self) -> None:
        if self._l1_penalty:
            for parameter in self._parameters:
                assert parameter.grad is not None
                parameter.grad.add_(parameter.detach().sign(), alpha=self._l1_penalty)

    def _prepare_features(self) -> None:
        """Fills in the features of the batches ahead.

        What is computed together depends on the order of samples alone, so that many short calls and one long call
        end bit-equal.
        """
        if bool(self._has_features[self._sampler.look_ahead(1)].all()):
            return
        ahead = self._sampler.look_ahead(NUM_BATCHES_AHEAD)
        missing = ahead[~self._has_features[ahead]]
        with torch.no_grad():
            features = self.model.features(shift(self._sequences[missing])[0])
        if self._features is None:
            self._features = features.new_empty((self.num_samples, *features.shape[1:]))
        self._features[missing] = features
        self._has_features[missing] = True


def name_samples(indices: Tensor) -> str:
    shown = ", ".join(str(int(index)) for index in indices[:MAX_INDICES_SHOWN])
    more = f" and {len(indices) - MAX_INDICES_SHOWN} more" if len(indices) > MAX_INDICES_SHOWN else ""
    return f"sample{'s' if len(indices) > 1 else ''} {shown}{more}"

"""Several measurements in one pass over the data: every sample goes through the model once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from imu_sidecar import protocol_gen as protocol
from imu_sidecar.data import Dataset
from imu_sidecar.models import SequenceModel
from imu_sidecar.models.sequence_model import shift
from imu_sidecar.primitives.kl_to_reference import kl_to_reference
from imu_sidecar.primitives.log_probabilities import log_probabilities
from imu_sidecar.primitives.pass_cache import PASS_CACHE, rows_digest, weights_digest
from imu_sidecar.primitives.token_loss import token_loss


@dataclass(frozen=True)
class MeasurementPlan:
    """Which samples to run and how their values make the measurements."""

    rows: Tensor
    """[U] distinct rows of the pool; those that are compared with a reference come first."""
    num_compared: int
    """How many of ``rows`` are compared with a reference."""
    primitives: tuple[str, ...]
    """One per measurement."""
    members: tuple[Tensor, ...]
    """Per measurement, the positions of its samples in ``rows``."""


def plan_measurements(dataset: Dataset, measurements: Sequence[protocol.Measurement]) -> MeasurementPlan:
    """Finds the distinct samples of all measurements. Raises INVALID_REQUEST on an unknown set."""
    selections = [dataset.select(m.selection.sets, m.selection.limit) for m in measurements]
    primitives = tuple(m.primitive for m in measurements)
    order = torch.full((len(dataset.tokens),), 2, dtype=torch.int8)
    for rank, primitive in ((1, "tokenLoss"), (0, "klToReference")):
        for selection, measured in zip(selections, primitives, strict=True):
            if measured == primitive:
                order[selection] = rank
    compared = (order == 0).nonzero().flatten()
    rows = torch.cat((compared, (order == 1).nonzero().flatten()))
    position = torch.empty(len(order), dtype=torch.int64)
    position[rows] = torch.arange(len(rows))
    return MeasurementPlan(rows, len(compared), primitives, tuple(position[rows] for rows in selections))


def measure(
    model: SequenceModel,
    dataset: Dataset,
    plan: MeasurementPlan,
    *,
    reference: SequenceModel | None,
    batch_size: int,
    features: list[Tensor] | None = None,
    check: Callable[[], None] = lambda: None,
) -> list[float]:
    """The measurements of ``plan``, each the mean over its samples. ``check`` is called once per batch.

    ``features`` are the inputs of the output layer on ``plan.rows``, batch by batch, where they are known already.
    Batches are the same with and without them, and so are the values, bit for bit.
    """
    compared = plan.rows[: plan.num_compared]
    targets = None
    if reference is not None and len(compared):
        targets = reference_log_probabilities(reference, dataset, compared, batch_size, check)
    losses, divergences = [], []
    with torch.inference_mode():
        for start in range(0, len(plan.rows), batch_size):
            check()
            tokens, labels = shift(dataset.tokens[plan.rows[start : start + batch_size]])
            inputs = model.features(tokens) if features is None else features[start // batch_size]
            predicted = log_probabilities(model.head, inputs)
            losses.append(token_loss(predicted, labels))
            if targets is not None and start < plan.num_compared:
                target = targets[start // batch_size]
                divergences.append(kl_to_reference(predicted[: len(target)], target))
        values = {"tokenLoss": torch.cat(losses).cpu()}
        if divergences:
            values["klToReference"] = torch.cat(divergences).cpu()
        return [
            float(values[primitive][members].mean())
            for primitive, members in zip(plan.primitives, plan.members, strict=True)
        ]


def compute_features(
    model: SequenceModel, dataset: Dataset, rows: Tensor, batch_size: int, check: Callable[[], None]
) -> list[Tensor]:
    """Inputs of the output layer on ``rows``, a list of [B, T, d]; kept, since head descents do not move them."""
    body = weights_digest(model, body_only=True)
    key = ("features", body, dataset.identity, rows_digest(rows), batch_size)
    return PASS_CACHE.get_or_compute(
        key, bool(dataset.identity), lambda: run_batches(model.features, dataset, rows, batch_size, check)
    )


def find_features(model: SequenceModel, dataset: Dataset, rows: Tensor, batch_size: int) -> list[Tensor] | None:
    """What ``compute_features`` gives, if it is known already."""
    body = weights_digest(model, body_only=True)
    return PASS_CACHE.get(("features", body, dataset.identity, rows_digest(rows), batch_size))


def reference_log_probabilities(
    reference: SequenceModel, dataset: Dataset, rows: Tensor, batch_size: int, check: Callable[[], None]
) -> list[Tensor]:
    """log q of the reference on ``rows``, a list of [B, T, V]; kept, since a run compares with one model only."""
    key = ("logProbabilities", weights_digest(reference), dataset.identity, rows_digest(rows), batch_size)
    return PASS_CACHE.get_or_compute(
        key,
        bool(dataset.identity),
        lambda: run_batches(
            lambda tokens: log_probabilities(reference.head, reference.features(tokens)),
            dataset,
            rows,
            batch_size,
            check,
        ),
    )


def run_batches(
    function: Callable[[Tensor], Tensor],
    dataset: Dataset,
    rows: Tensor,
    batch_size: int,
    check: Callable[[], None],
) -> list[Tensor]:
    """``function`` of the input tokens of ``rows``, batch by batch. ``check`` is called once per batch."""
    results = []
    with torch.inference_mode():
        for batch in rows.split(batch_size):
            check()
            results.append(function(shift(dataset.tokens[batch])[0]))
    return results

"""Preconditioned conjugate gradients."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

Operator = Callable[[Tensor], Tensor]


def conjugate_gradients(
    apply: Operator, right: Tensor, precondition: Operator, tolerance: float, max_iterations: int
) -> tuple[Tensor, int]:
    """x with ‖``apply``(x) − ``right``‖ ≤ ``tolerance``, an absolute bound, by the recurrence; and the products it took.

    ``apply`` and ``precondition`` are symmetric and positive definite. Ends early when ``max_iterations`` products did
    not suffice; the caller measures what was reached.
    """
    solution = torch.zeros_like(right)
    residual = right.clone()
    scaled = precondition(residual)
    search = scaled.clone()
    energy = (residual * scaled).sum()
    for iteration in range(max_iterations):
        # Written so that NaN ends the loop as well.
        if not residual.norm() > tolerance:
            return solution, iteration
        product = apply(search)
        step = energy / (search * product).sum()
        solution += step * search
        residual -= step * product
        scaled = precondition(residual)
        previous, energy = energy, (residual * scaled).sum()
        search = scaled + (energy / previous) * search
    return solution, max_iterations

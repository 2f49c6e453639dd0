"""Preconditioned conjugate gradients, flexible: the preconditioner may differ from product to product."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

Operator = Callable[[Tensor], Tensor]


def conjugate_gradients(
    apply: Operator, right: Tensor, precondition: Operator, tolerance: float, max_iterations: int
) -> tuple[Tensor, int]:
    """x with ‖``apply``(x) − ``right``‖ ≤ ``tolerance``, an absolute bound, by the recurrence; and the products spent.

    ``apply`` is symmetric and positive definite, ``precondition`` nearly so (it may itself be a short solve). Ends
    early when ``max_iterations`` products did not suffice; the caller measures what was reached.
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
        before, residual = residual, residual - step * product
        scaled = precondition(residual)
        # Polak and Ribière's factor: equal to the usual one where the preconditioner stays the same.
        search = scaled + ((residual - before) * scaled).sum() / energy * search
        energy = (residual * scaled).sum()
    return solution, max_iterations

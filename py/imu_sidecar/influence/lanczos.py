"""The largest eigenvalue of a symmetric positive operator."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor


def largest_eigenvalue(
    apply: Callable[[Tensor], Tensor], start: Tensor, tolerance: float, max_iterations: int
) -> float:
    """λ_max by Lanczos with full reorthogonalisation, until one more product raises it by less than ``tolerance``·λ_max.

    ``start`` is any tensor that is not orthogonal to the top eigenvector; the nearer, the fewer products.
    """
    basis = [start / start.norm()]
    diagonal: list[float] = []
    off_diagonal: list[float] = []
    found = 0.0
    for _ in range(min(max_iterations, start.numel())):
        product = apply(basis[-1])
        diagonal.append(float((product * basis[-1]).sum()))
        previous, found = found, top_of_tridiagonal(diagonal, off_diagonal)
        span = torch.stack(basis).flatten(1)
        rest = product.flatten()
        for _ in range(2):
            rest = rest - span.T @ (span @ rest)
        norm = float(rest.norm())
        # A remainder of rounding errors only: the space is exhausted.
        if found - previous <= tolerance * found or norm <= 1e-14 * found:
            break
        off_diagonal.append(norm)
        basis.append((rest / norm).view_as(start))
    return found


def top_of_tridiagonal(diagonal: list[float], off_diagonal: list[float]) -> float:
    matrix = torch.diag(torch.tensor(diagonal, dtype=torch.float64))
    if off_diagonal:
        beside = torch.tensor(off_diagonal, dtype=torch.float64)
        matrix += torch.diag(beside, 1) + torch.diag(beside, -1)
    return float(torch.linalg.eigvalsh(matrix)[-1])

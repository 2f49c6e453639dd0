"""The largest eigenvalue of a symmetric positive operator."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor


def largest_eigenvalue(
    apply: Callable[[Tensor], Tensor], start: Tensor, tolerance: float, max_iterations: int
) -> tuple[float, Tensor]:
    """λ_max and its eigenvector by Lanczos with full reorthogonalisation.

    Ends when the error of λ_max, estimated as ‖residual‖² / gap, is at most ``tolerance``·λ_max. ``start`` is any
    tensor that is not orthogonal to the eigenvector; the nearer, the fewer products.
    """
    basis = [start / start.norm()]
    diagonal: list[float] = []
    off_diagonal: list[float] = []
    while True:
        product = apply(basis[-1])
        diagonal.append(float((product * basis[-1]).sum()))
        values, vectors = eigen_tridiagonal(diagonal, off_diagonal)
        span = torch.stack(basis).flatten(1)
        rest = product.flatten()
        for _ in range(2):
            rest = rest - span.T @ (span @ rest)
        norm = float(rest.norm())
        found = float(values[-1])
        error = (norm * float(vectors[-1, -1])) ** 2 / float(values[-1] - values[-2]) if len(values) > 1 else math.inf
        # A remainder of rounding errors only means that the space is exhausted; NaN ends the loop as well.
        exhausted = not norm > 1e-14 * found
        if exhausted or error <= tolerance * found or len(basis) >= min(max_iterations, start.numel()):
            return found, (vectors[:, -1].to(span) @ span).view_as(start)
        off_diagonal.append(norm)
        basis.append((rest / norm).view_as(start))


def eigen_tridiagonal(diagonal: list[float], off_diagonal: list[float]) -> tuple[Tensor, Tensor]:
    matrix = torch.diag(torch.tensor(diagonal, dtype=torch.float64))
    if off_diagonal:
        beside = torch.tensor(off_diagonal, dtype=torch.float64)
        matrix += torch.diag(beside, 1) + torch.diag(beside, -1)
    if not bool(torch.isfinite(matrix).all()):
        return matrix.diagonal(), matrix
    values, vectors = torch.linalg.eigh(matrix)
    return values, vectors

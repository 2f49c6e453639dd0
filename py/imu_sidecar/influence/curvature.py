"""What an estimator found."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class Direction:
    """S = P⁻¹ G with facts about P and the solve, as the contract reports them."""

    direction: Tensor
    """S, float64 [C, D]."""
    damping: float = 0.0
    """As added to the diagonal of the curvature."""
    largest_eigenvalue: float | None = None
    median_curvature: float | None = None
    """Median of the curvature's diagonal before damping."""
    num_iterations: int = 0
    residual: float = 0.0
    """‖P S − G‖ / ‖G‖; 0 for closed forms."""

"""Estimator ``exact``: the Hessian itself, without ever building it."""

from __future__ import annotations

from imu_sidecar.influence.conjugate_gradients import conjugate_gradients
from imu_sidecar.influence.curvature import Direction
from imu_sidecar.influence.head_samples import HeadSamples
from imu_sidecar.influence.kronecker import kronecker_factors
from imu_sidecar.influence.lanczos import largest_eigenvalue
from imu_sidecar.influence.products import hessian_diagonal, hessian_product, mean_gradient

MAX_REFINEMENTS = 4
# Share of the tolerance that a solve aims for, so that one solve suffices although its own residual has rounding errors.
SAFETY = 0.5


def exact_direction(samples: HeadSamples, damping: float, tolerance: float, max_iterations: int) -> Direction:
    """S with (H + δI) S = G and δ = ``damping``·λ_max(H), by conjugate gradients in float64.

    λ_max comes from Lanczos, to the same relative ``tolerance``. The solve is preconditioned with the Kronecker
    approximation of H, and refined until the residual ‖(H+δI)S − G‖ / ‖G‖, measured with float64 products, is at most
    ``tolerance`` or ``max_iterations`` products are spent; ``residual`` in the result says which.
    """
    gradient = mean_gradient(samples)
    factors = kronecker_factors(samples)
    largest = largest_eigenvalue(
        lambda direction: hessian_product(samples, direction), factors.top_direction(), tolerance, max_iterations
    )
    delta = damping * largest
    norm = float(gradient.norm())
    solution, residual = samples.zeros(), gradient
    num_iterations, reached = 0, 1.0
    for _ in range(MAX_REFINEMENTS):
        if not reached > tolerance or num_iterations >= max_iterations:
            break
        correction, spent = conjugate_gradients(
            lambda direction: hessian_product(samples, direction) + delta * direction,
            residual,
            lambda right: factors.solve(right, delta),
            SAFETY * tolerance * norm,
            max_iterations - num_iterations,
        )
        solution = solution + correction
        num_iterations += spent
        residual = gradient - hessian_product(samples, solution, in_float64=True) - delta * solution
        reached = float(residual.norm()) / norm if norm else 0.0
    return Direction(
        solution,
        damping=delta,
        largest_eigenvalue=largest,
        median_curvature=float(hessian_diagonal(samples).median()),
        num_iterations=num_iterations,
        residual=reached if norm else 0.0,
    )

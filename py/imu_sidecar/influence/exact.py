"""Estimator ``exact``: the Hessian itself, without ever building it."""

from __future__ import annotations

from torch import Tensor

from imu_sidecar.influence.conjugate_gradients import Operator, conjugate_gradients
from imu_sidecar.influence.curvature import Direction
from imu_sidecar.influence.head_samples import HeadSamples, thin_out
from imu_sidecar.influence.kronecker import KroneckerFactors, kronecker_factors
from imu_sidecar.influence.lanczos import largest_eigenvalue
from imu_sidecar.influence.products import hessian_diagonal, hessian_product, mean_gradient

MAX_REFINEMENTS = 4
# Share of the tolerance that a solve aims for: its own residual has rounding errors, and one solve should suffice.
SAFETY = 0.5
# Below this tolerance a residual is measured with float64 products: those in float32 are off by some 1e-7.
FLOAT32_TOLERANCE = 1e-6
# Tokens per unknown of the thinned-out Hessian that preconditions. More do not save products of the whole.
TOKENS_PER_UNKNOWN = 8
# Thinning by less than this saves nothing.
MIN_STRIDE = 4
# How far the thinned-out system is solved, and with how many products at most.
INNER_TOLERANCE, MAX_INNER_ITERATIONS = 0.03, 30


def exact_direction(samples: HeadSamples, damping: float, tolerance: float, max_iterations: int) -> Direction:
    """S with (H + δI) S = G and δ = ``damping``·λ_max(H), by conjugate gradients in float64.

    λ_max comes from Lanczos, to the same relative ``tolerance``. The solve is refined until the residual
    ‖(H+δI)S − G‖ / ‖G‖, measured by a product of its own, is at most ``tolerance`` or ``max_iterations`` products are
    spent; ``residual`` in the result says which. Products with thinned-out samples are not counted.
    """
    gradient = mean_gradient(samples)
    curvature = Curvature(samples)
    largest = curvature.largest_eigenvalue(tolerance, max_iterations)
    delta = damping * largest
    norm = float(gradient.norm())
    solution, residual = samples.zeros(), gradient
    num_iterations, reached = 0, 1.0 if norm else 0.0
    for _ in range(MAX_REFINEMENTS):
        if not reached > tolerance or num_iterations >= max_iterations:
            break
        correction, spent = conjugate_gradients(
            curvature.damped(samples, delta),
            residual,
            curvature.preconditioner(delta),
            SAFETY * tolerance * norm,
            max_iterations - num_iterations,
        )
        solution = solution + correction
        num_iterations += spent
        product = hessian_product(samples, solution, in_float64=tolerance < FLOAT32_TOLERANCE)
        residual = gradient - product - delta * solution
        reached = float(residual.norm()) / norm
    return Direction(
        solution,
        damping=delta,
        largest_eigenvalue=largest,
        median_curvature=curvature.median_diagonal(),
        num_iterations=num_iterations,
        residual=reached,
    )


class Curvature:
    """H over all tokens, and its two stand-ins: over some of the tokens, and the Kronecker approximation of that."""

    def __init__(self, samples: HeadSamples) -> None:
        stride = samples.num_tokens // (TOKENS_PER_UNKNOWN * samples.num_classes * samples.num_inputs)
        self.samples = samples
        self.thinned = thin_out(samples, stride) if stride >= MIN_STRIDE else None
        self.factors: KroneckerFactors = kronecker_factors(self.thinned or samples)

    def largest_eigenvalue(self, tolerance: float, max_iterations: int) -> float:
        """λ_max(H), started from its stand-ins' eigenvectors."""
        start = self.factors.top_direction()
        if self.thinned is not None:
            thinned = self.thinned
            _, start = largest_eigenvalue(lambda v: hessian_product(thinned, v), start, tolerance, max_iterations)
        largest, _ = largest_eigenvalue(lambda v: hessian_product(self.samples, v), start, tolerance, max_iterations)
        return largest

    def median_diagonal(self) -> float:
        """Median of diag H, over the thinned-out tokens where there are any: it is only reported."""
        return float(hessian_diagonal(self.thinned or self.samples).median())

    def damped(self, samples: HeadSamples, delta: float) -> Operator:
        return lambda direction: hessian_product(samples, direction) + delta * direction

    def preconditioner(self, delta: float) -> Operator:
        """(H + δI)⁻¹, roughly: a short solve on some of the tokens, preconditioned with the Kronecker factors."""

        def solve_factors(right: Tensor) -> Tensor:
            return self.factors.solve(right, delta)

        if self.thinned is None:
            return solve_factors
        damped = self.damped(self.thinned, delta)

        def solve_thinned(right: Tensor) -> Tensor:
            bound = INNER_TOLERANCE * float(right.norm())
            return conjugate_gradients(damped, right, solve_factors, bound, MAX_INNER_ITERATIONS)[0]

        return solve_thinned

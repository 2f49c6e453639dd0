"""Each objective against its formula in float64, and against its limits."""

import math

import pytest
import torch

from imu_sidecar.objectives import weighted_mean
from imu_sidecar.objectives.cross_entropy import cross_entropy
from imu_sidecar.objectives.gradient_ascent import gradient_ascent
from imu_sidecar.objectives.npo import npo
from imu_sidecar.objectives.sim_npo import sim_npo

OWN = torch.tensor([[-0.5, -2.0, -1.5], [-0.1, -0.2, -0.3]], dtype=torch.float64)
REFERENCE = torch.tensor([[-1.0, -1.0, -1.0], [-0.4, -0.1, -0.2]], dtype=torch.float64)


def sigmoid(value):
    return 1 / (1 + math.exp(-value))


def test_cross_entropy_is_the_mean_over_tokens_and_ascent_its_negative():
    assert cross_entropy(OWN).tolist() == pytest.approx([4 / 3, 0.2])
    assert torch.equal(gradient_ascent(OWN), -cross_entropy(OWN))


def test_npo_compares_sums_over_tokens():
    expected = [-(2 / 0.5) * math.log(sigmoid(0.5 * (4.0 - 3.0))), -(2 / 0.5) * math.log(sigmoid(0.5 * (0.6 - 0.7)))]
    assert npo(OWN, REFERENCE, beta=0.5).tolist() == pytest.approx(expected)


def test_sim_npo_compares_means_over_tokens_with_delta():
    expected = [-(2 / 2.5) * math.log(sigmoid(2.5 * (loss - 0.3))) for loss in (4 / 3, 0.2)]
    assert sim_npo(OWN, beta=2.5, delta=0.3).tolist() == pytest.approx(expected)


@pytest.mark.parametrize(
    ("objective", "tokens"),
    [(lambda own: npo(own, REFERENCE, beta=1e-6), 3), (lambda own: sim_npo(own, beta=1e-6, delta=0.0), 1)],
)
def test_a_small_beta_gives_the_gradient_of_ascent(objective, tokens):
    own = OWN.clone().requires_grad_()
    (found,) = torch.autograd.grad(objective(own).sum(), own)
    (ascent,) = torch.autograd.grad(gradient_ascent(own).sum(), own)
    torch.testing.assert_close(found, tokens * ascent, rtol=1e-5, atol=0)


def test_the_batch_is_normalised_by_its_weights_or_by_its_size():
    losses, weights = torch.tensor([1.0, 4.0]), torch.tensor([3.0, 1.0])
    assert float(weighted_mean(losses, weights, normalise_per_batch=True)) == 7 / 4
    assert float(weighted_mean(losses, weights, normalise_per_batch=False)) == 7 / 2

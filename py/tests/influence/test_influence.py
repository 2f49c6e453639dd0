"""Every closed form against a slow computation by autograd, in float64."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from imu_sidecar import protocol_gen as protocol
from imu_sidecar.failures import SidecarError
from imu_sidecar.influence import estimate_influence, gather_head_samples
from imu_sidecar.influence import exact as exact_module
from imu_sidecar.influence.dense import dense_hessian
from imu_sidecar.influence.diag_fisher import fisher_diagonal
from imu_sidecar.influence.products import hessian_diagonal, hessian_product, influence_along, mean_gradient
from imu_sidecar.models.sequence_model import shift
from tests.tiny import sample_losses, tiny_dataset, tiny_model

KINDS = ("markovDecoder", "gpt2")
EXACT = protocol.ExactEstimator(damping=0.01, tolerance=1e-10, max_iterations=200)
DENSE = protocol.DenseEstimator(damping=0.01)
FISHER = protocol.DiagFisherEstimator(damping=0.01, alias_first_sample=False)
ESTIMATORS = (EXACT, DENSE, FISHER, protocol.IdentityEstimator(), protocol.LossEstimator())


def setting(kind, order=None, batch_size=7):
    """A model, its sequences, and what the closed forms get of them."""
    model = tiny_model(kind)
    sequences = tiny_dataset().tokens
    sequences = sequences if order is None else sequences[order]
    with torch.no_grad():
        features = [model.features(shift(batch)[0]) for batch in sequences.split(batch_size)]
    samples = gather_head_samples(model.head, features, [shift(batch)[1] for batch in sequences.split(batch_size)])
    return model, sequences, samples


def flat(gradients):
    """Gradients of the head's weight and bias as [C·D], class-major with the bias last in each row."""
    weight, *bias = gradients
    return torch.cat((weight, *(b[:, None] for b in bias)), dim=1).flatten()


def gradients_by_autograd(model, sequences):
    parameters = list(model.head.parameters())
    one_by_one = (sample_losses(model, sequence[None])[0] for sequence in sequences)
    return torch.stack([flat(torch.autograd.grad(loss, parameters)) for loss in one_by_one])


def hessian_by_autograd(model, sequences):
    tokens, labels = shift(sequences)
    with torch.no_grad():
        features = model.features(tokens)
        if model.head.bias is not None:
            features = torch.cat((features, torch.ones_like(features[..., :1])), dim=2)
    shape = (model.head.out_features, features.shape[2])

    def loss(weight):
        logits = features @ weight.view(shape).T
        return torch.nn.functional.cross_entropy(logits.flatten(0, 1), labels.flatten())

    start = flat([p.detach() for p in model.head.parameters()])
    return torch.autograd.functional.hessian(loss, start)


@pytest.mark.parametrize("kind", KINDS)
def test_losses_and_mean_gradient_are_autograds(kind):
    model, sequences, samples = setting(kind)
    torch.testing.assert_close(samples.losses, sample_losses(model, sequences).detach(), rtol=1e-12, atol=0)
    expected = gradients_by_autograd(model, sequences).mean(dim=0)
    torch.testing.assert_close(mean_gradient(samples).flatten(), expected, rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("kind", KINDS)
def test_the_hessian_is_autograds_as_product_as_matrix_and_as_diagonal(kind):
    model, sequences, samples = setting(kind)
    expected = hessian_by_autograd(model, sequences)
    torch.testing.assert_close(dense_hessian(samples), expected, rtol=1e-10, atol=1e-14)
    torch.testing.assert_close(hessian_diagonal(samples).flatten(), expected.diagonal(), rtol=1e-10, atol=1e-14)
    direction = torch.randn(samples.zeros().shape, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    torch.testing.assert_close(
        hessian_product(samples, direction).flatten(), expected @ direction.flatten(), rtol=1e-10, atol=1e-13
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("estimator", [EXACT, DENSE], ids=["exact", "dense"])
def test_influence_with_the_hessian_is_autograds(kind, estimator):
    model, sequences, samples = setting(kind)
    gradients, hessian = gradients_by_autograd(model, sequences), hessian_by_autograd(model, sequences)
    delta = 0.01 * torch.linalg.eigvalsh(hessian)[-1]
    damped = hessian + delta * torch.eye(len(hessian), dtype=torch.float64)
    expected = -gradients @ torch.linalg.solve(damped, gradients.mean(dim=0))
    found = estimate_influence(estimator, samples)
    torch.testing.assert_close(found.scores, expected, rtol=1e-6, atol=1e-12)
    assert found.direction.damping == pytest.approx(float(delta), rel=1e-9)
    assert found.direction.residual <= 1e-10


@pytest.mark.parametrize("kind", KINDS)
def test_influence_with_the_diagonal_fisher_is_autograds(kind):
    model, sequences, samples = setting(kind)
    gradients = gradients_by_autograd(model, sequences)
    fisher = gradients.square().mean(dim=0)
    torch.testing.assert_close(fisher_diagonal(samples).flatten(), fisher, rtol=1e-10, atol=1e-16)
    expected = -gradients @ (gradients.mean(dim=0) / (fisher + 0.01))
    torch.testing.assert_close(estimate_influence(FISHER, samples).scores, expected, rtol=1e-9, atol=1e-14)


def test_the_alias_of_the_released_code_changes_the_first_score_only():
    model, sequences, samples = setting("markovDecoder")
    # The released loop: one sum, accumulated in place in the first sample's row.
    rows, total = [], None
    for gradient in gradients_by_autograd(model, sequences):
        rows.append(gradient.unsqueeze(0))
        if total is None:
            total = gradient
        else:
            total += gradient
    total /= len(rows)
    fisher = gradients_by_autograd(model, sequences).square().mean(dim=0) + 0.01
    expected = -(torch.cat(rows) / fisher) @ total
    aliased = estimate_influence(protocol.DiagFisherEstimator(damping=0.01, alias_first_sample=True), samples).scores
    torch.testing.assert_close(aliased, expected, rtol=1e-9, atol=1e-14)
    plain = estimate_influence(FISHER, samples).scores
    assert torch.equal(aliased[1:], plain[1:])
    assert aliased[0] != plain[0]


@pytest.mark.parametrize("kind", KINDS)
def test_identity_and_loss_are_what_they_say(kind):
    model, sequences, samples = setting(kind)
    gradients = gradients_by_autograd(model, sequences)
    identity = estimate_influence(protocol.IdentityEstimator(), samples).scores
    torch.testing.assert_close(identity, -gradients @ gradients.mean(dim=0), rtol=1e-9, atol=1e-14)
    probability = torch.exp(-sample_losses(model, sequences)).detach()
    torch.testing.assert_close(estimate_influence(protocol.LossEstimator(), samples).scores, probability - 1)


@settings(max_examples=15, deadline=None)
@given(order=st.permutations(range(36)), batch_size=st.integers(1, 36), which=st.integers(0, len(ESTIMATORS) - 1))
def test_scores_follow_their_samples_whatever_the_order_and_the_batches(order, batch_size, which):
    _, _, samples = setting("markovDecoder")
    _, _, permuted = setting("markovDecoder", torch.tensor(order), batch_size)
    expected = estimate_influence(ESTIMATORS[which], samples).scores[list(order)]
    torch.testing.assert_close(estimate_influence(ESTIMATORS[which], permuted).scores, expected, rtol=1e-7, atol=1e-12)


@pytest.mark.parametrize("estimator", ESTIMATORS[:4], ids=lambda e: type(e).__name__)
def test_scores_sum_to_minus_m_times_the_energy_of_the_mean_gradient(estimator):
    _, _, samples = setting("markovDecoder")
    found = estimate_influence(estimator, samples)
    energy = (mean_gradient(samples) * found.direction.direction).sum()
    assert float(found.scores.sum()) == pytest.approx(-len(samples.losses) * float(energy), rel=1e-10)


def test_preconditioning_with_part_of_the_tokens_does_not_change_the_result(monkeypatch):
    _, _, samples = setting("markovDecoder")
    plain = estimate_influence(EXACT, samples)
    monkeypatch.setattr(exact_module, "TOKENS_PER_UNKNOWN", 1)
    assert exact_module.Curvature(samples).thinned is not None
    torch.testing.assert_close(estimate_influence(EXACT, samples).scores, plain.scores, rtol=1e-7, atol=1e-12)


def test_float32_features_agree_with_float64_to_six_digits():
    _, _, samples = setting("markovDecoder")
    model = tiny_model().float()
    sequences = tiny_dataset().tokens
    tokens, labels = shift(sequences)
    with torch.no_grad():
        narrow = gather_head_samples(model.head, [model.features(tokens)], [labels])
    estimator = protocol.ExactEstimator(damping=0.01, tolerance=1e-8, max_iterations=200)
    wide, found = estimate_influence(estimator, samples).scores, estimate_influence(estimator, narrow).scores
    assert float((wide - found).abs().max() / wide.abs().max()) < 1e-5


def test_a_solve_that_may_not_finish_says_so_in_its_residual():
    _, _, samples = setting("markovDecoder")
    found = estimate_influence(protocol.ExactEstimator(damping=1e-6, tolerance=1e-12, max_iterations=2), samples)
    assert found.direction.num_iterations == 2
    assert found.direction.residual > 1e-12


def test_dense_refuses_a_hessian_that_is_too_large():
    head = torch.nn.Linear(1000, 10)
    samples = gather_head_samples(head, [torch.zeros(1, 2, 1000)], [torch.zeros(1, 2, dtype=torch.int64)])
    with pytest.raises(SidecarError, match="10010²") as refusal:
        estimate_influence(DENSE, samples)
    assert refusal.value.code == "INVALID_REQUEST"


def test_a_sample_that_fits_perfectly_keeps_a_gradient_in_float32():
    head = torch.nn.Linear(1, 2, bias=False)
    with torch.no_grad():
        head.weight.copy_(torch.tensor([[20.0], [0.0]]))
    samples = gather_head_samples(head, [torch.ones(1, 1, 1)], [torch.zeros(1, 1, dtype=torch.int64)])
    assert float(influence_along(samples, torch.tensor([[1.0], [0.0]], dtype=torch.float64))[0]) > 0

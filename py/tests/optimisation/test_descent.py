"""A descent takes the steps it says, on the samples it says."""

import copy

import pytest
import torch

from imu_sidecar import protocol_gen as protocol
from imu_sidecar.failures import SidecarError
from imu_sidecar.models import head_parameters
from imu_sidecar.objectives import build_objective
from imu_sidecar.optimisation import Descent, EpochSampler, build_optimiser
from tests.tiny import sample_losses, tiny_dataset, tiny_model

ADAM = protocol.AdamW(learning_rate=0.01, beta1=0.9, beta2=0.999, epsilon=1e-6, weight_decay=0.0)
SGD = protocol.Sgd(learning_rate=0.1, momentum=0.0, weight_decay=0.0)


def open_descent(model, sequences, *, head=False, optimiser=ADAM, objective=None, **options):
    parameters = [p for _, p in head_parameters(model)] if head else list(model.parameters())
    return Descent(
        model,
        sequences,
        objective=build_objective(objective or protocol.GradientAscent()),
        parameters=parameters,
        optimiser=build_optimiser(optimiser, parameters),
        frozen_body=head,
        **{"batch_size": 4, "seed": 5, **options},
    )


def test_an_epoch_draws_every_sample_once_and_keeps_the_last_smaller_batch():
    sampler = EpochSampler(torch.arange(10), batch_size=4, seed=1)
    for _ in range(2):
        batches = [sampler.next_batch() for _ in range(3)]
        assert [len(batch) for batch in batches] == [4, 4, 2]
        assert sorted(torch.cat(batches).tolist()) == list(range(10))


def test_a_step_follows_the_weighted_gradient_the_scale_and_the_penalty():
    model, sequences = tiny_model(), tiny_dataset().tokens[:4]
    expected = copy.deepcopy(model)
    weights = torch.tensor([0.5, 1.0, 2.0, 0.25], dtype=torch.float64)
    loss = -(weights * sample_losses(expected, sequences)).sum() / weights.sum()
    gradients = torch.autograd.grad(loss, list(expected.parameters()))
    descent = open_descent(model, sequences, optimiser=SGD, loss_scale=2.0, l1_penalty=0.002)
    descent.set_sample_weights(weights)
    assert descent.step() == pytest.approx(loss.item(), rel=1e-12)
    for moved, before, gradient in zip(model.parameters(), expected.parameters(), gradients, strict=True):
        torch.testing.assert_close(
            moved.detach(), (before - 0.1 * (2 * gradient + 0.002 * before.sign())).detach(), rtol=1e-9, atol=1e-12
        )


@pytest.mark.parametrize("kind", ["markovDecoder", "gpt2"])
def test_a_head_descent_on_cached_features_is_the_slow_one(kind):
    model, sequences = tiny_model(kind), tiny_dataset().tokens
    slow = copy.deepcopy(model)
    descent = open_descent(model, sequences, head=True)
    sampler = EpochSampler(torch.arange(len(sequences)), batch_size=4, seed=5)
    optimiser = build_optimiser(ADAM, list(slow.head.parameters()))
    for _ in range(25):
        descent.step()
        slow.zero_grad()
        (-sample_losses(slow, sequences[sampler.next_batch()]).mean()).backward()
        optimiser.step()
    for (name, found), expected in zip(model.named_parameters(), slow.parameters(), strict=True):
        torch.testing.assert_close(found, expected, rtol=1e-7, atol=1e-9, msg=name)


@pytest.mark.parametrize("head", [True, False])
def test_the_same_seed_ends_bit_equal(head):
    models = [tiny_model().float(), tiny_model().float()]
    for model in models:
        torch.rand(3)
        descent = open_descent(model, tiny_dataset().tokens, head=head)
        for _ in range(12):
            descent.step()
    assert all(map(torch.equal, models[0].parameters(), models[1].parameters()))


def test_samples_of_weight_zero_are_not_drawn_and_the_first_batches_are_those_of_no_weights():
    sequences = tiny_dataset().tokens
    descent = open_descent(tiny_model(), sequences)
    weights = torch.ones(len(sequences), dtype=torch.float64)
    weights[::2] = 0
    assert descent.set_sample_weights(weights) == len(sequences) // 2
    seen = torch.cat([descent._sampler.next_batch() for _ in range(5)])
    assert (seen % 2 == 1).all()
    unweighted, ones = (open_descent(tiny_model(), sequences) for _ in range(2))
    ones.set_sample_weights(torch.ones(len(sequences), dtype=torch.float64))
    assert torch.equal(unweighted._sampler.next_batch(), ones._sampler.next_batch())


@pytest.mark.parametrize(
    ("weights", "words"),
    [([0.0] * 4, "every sample weight is zero"), ([1.0], "shape"), ([1, -1, float("nan"), 1], "samples 1, 2")],
)
def test_weights_that_make_no_sense_are_refused(weights, words):
    descent = open_descent(tiny_model(), tiny_dataset().tokens[:4])
    with pytest.raises(SidecarError, match=words):
        descent.set_sample_weights(torch.tensor(weights, dtype=torch.float64))


def test_a_loss_that_is_not_finite_names_samples_and_step_and_changes_nothing():
    model = tiny_model()
    with torch.no_grad():
        model.tokens.weight[2] = float("inf")
    before = [p.clone() for p in model.parameters()]
    sequences = torch.tensor([[0, 1, 0, 1, 0, 1], [0, 2, 0, 1, 0, 1], [1, 1, 1, 1, 1, 1], [2, 0, 0, 0, 0, 0]])
    descent = open_descent(model, sequences)
    with pytest.raises(SidecarError, match=r"step 1: the loss of samples (1, 3|3, 1) is not finite") as failure:
        descent.step()
    assert failure.value.code == "NON_FINITE"
    assert all(map(torch.equal, before, model.parameters()))

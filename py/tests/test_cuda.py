"""The same operations on a CUDA device and on the CPU: equal within float32, and bit-equal from one run to the next."""

import numpy as np
import pytest
import torch

from imu_sidecar import protocol_gen as protocol
from imu_sidecar.primitives.pass_cache import PASS_CACHE
from tests.calls import EXACT, Sidecar

pytestmark = [pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device here")]

ESTIMATORS = {
    "exact": EXACT,
    "dense": protocol.DenseEstimator(damping=0.01),
    "diagFisher": protocol.DiagFisherEstimator(damping=0.01, alias_first_sample=True),
    "identity": protocol.IdentityEstimator(),
    "loss": protocol.LossEstimator(),
}
MEASUREMENTS = [
    protocol.Measurement("l_r", "tokenLoss", protocol.Selection(["retainTest"], None)),
    protocol.Measurement("kl_f", "klToReference", protocol.Selection(["forgetTest"], None)),
]


@pytest.fixture
def open_on(monkeypatch, tmp_path):
    def open_sidecar(device, name):
        PASS_CACHE.clear()
        monkeypatch.setenv("IMU_DEVICE", device)
        folder = tmp_path / name
        folder.mkdir()
        sidecar = Sidecar(folder)
        assert sidecar.context.device.type == device
        return sidecar

    return open_sidecar


def run(sidecar, scope):
    """Trains two models and lets one unlearn; what it measures before and after, and its trajectory."""
    model, reference = sidecar.trained(seed=0), sidecar.trained(seed=1)
    before = sidecar.evaluate(model, MEASUREMENTS, reference)
    descent = sidecar.descent(model, scope=scope)
    fields = {"num_steps": 10, "total_steps": 10, "trace": MEASUREMENTS, "trace_every": 2, "reference": reference}
    _, arrays = sidecar.call("descend", descent=descent, **fields)
    return np.array(before), arrays["trace"], np.array(sidecar.evaluate(model, MEASUREMENTS, reference))


@pytest.mark.parametrize("scope", ["head", "all"])
def test_training_and_unlearning_agree_with_the_cpu(open_on, scope):
    on_cpu = run(open_on("cpu", "cpu"), scope)
    on_cuda = run(open_on("cuda", "cuda"), scope)
    for cpu, cuda in zip(on_cpu, on_cuda, strict=True):
        np.testing.assert_allclose(cuda, cpu, rtol=2e-3, atol=2e-4)


@pytest.mark.parametrize("scope", ["head", "all"])
def test_the_same_run_twice_is_bit_equal(open_on, scope):
    first, second = (run(open_on("cuda", name), scope) for name in ("first", "second"))
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("name", ESTIMATORS)
def test_influence_agrees_with_the_cpu(open_on, name):
    scores = []
    for device in ("cpu", "cuda"):
        sidecar = open_on(device, device)
        model = sidecar.model(seed=0)
        fields = {"selection": protocol.Selection(["forgetTrain"], None), "estimator": ESTIMATORS[name]}
        _, arrays = sidecar.call("scoreInfluence", model=model, dataset=sidecar.dataset, batch_size=16, **fields)
        scores.append(arrays["influenceScores"])
    largest = np.abs(scores[0]).max()
    np.testing.assert_allclose(scores[1], scores[0], rtol=0, atol=1e-4 * largest)

"""The operations end to end on a small problem, called as the loop calls them."""

import numpy as np
import pytest
import torch

from imu_sidecar import protocol_gen as protocol
from imu_sidecar.failures import SidecarError
from imu_sidecar.primitives.pass_cache import PASS_CACHE
from tests.calls import EXACT, Sidecar


@pytest.fixture
def sidecar(tmp_path):
    PASS_CACHE.clear()
    return Sidecar(tmp_path)


def measurement(label, primitive, *sets, limit=None):
    return protocol.Measurement(label, primitive, protocol.Selection(list(sets), limit))


FOUR = [
    measurement("l_r", "tokenLoss", "retainTest"),
    measurement("KL_r", "klToReference", "retainTest"),
    measurement("l_f", "tokenLoss", "forgetTest"),
    measurement("KL_f", "klToReference", "forgetTest"),
]


def test_training_learns_and_is_bit_equal_the_second_time(sidecar):
    first, second = sidecar.trained(), sidecar.trained()
    files = [sidecar.call("saveModel", model=m, path=str(sidecar.path / m))[0] for m in (first, second)]
    assert files[0].sha256 == files[1].sha256
    loss = [measurement("l", "tokenLoss", "retainTest")]
    assert sidecar.evaluate(first, loss) < sidecar.evaluate(sidecar.model(), loss)


def test_one_pass_over_many_measurements_gives_what_each_gives_alone(sidecar):
    model, reference = sidecar.trained(), sidecar.model(3)
    extra = [measurement("f1", "tokenLoss", "forget1Test"), measurement("few", "tokenLoss", "retainTrain", limit=5)]
    together = sidecar.evaluate(model, FOUR + extra, reference)
    alone = [sidecar.evaluate(model, [one], reference)[0] for one in FOUR + extra]
    assert together == pytest.approx(alone, rel=1e-6)
    assert sidecar.evaluate(reference, FOUR, reference)[1::2] == [0.0, 0.0]


def test_a_trace_measures_before_the_first_step_and_then_as_often_as_asked(sidecar):
    model, reference = sidecar.trained(), sidecar.model(3)
    before = sidecar.evaluate(model, FOUR, reference, batch_size=128)
    descent = sidecar.descent(model)
    rest = {"descent": descent, "total_steps": 10, "trace": FOUR, "trace_every": 2, "reference": reference}
    output, arrays = sidecar.call("descend", num_steps=5, **rest)
    assert output.step == 5
    assert arrays["steps"].tolist() == [0, 2, 4]
    assert arrays["trace"][0].tolist() == before
    output, arrays = sidecar.call("descend", num_steps=5, **rest)
    assert arrays["steps"].tolist() == [6, 8, 10]
    assert [event for event in sidecar.events if event["type"] == "stepCompleted"][-1]["step"] == 10
    assert arrays["trace"][-1].tolist() == sidecar.evaluate(model, FOUR, reference, batch_size=128)
    # What was cached does not show in the digits.
    PASS_CACHE.clear()
    assert arrays["trace"][-1].tolist() == sidecar.evaluate(model, FOUR, reference, batch_size=128)


@pytest.mark.parametrize("scope", ["head", "all"])
def test_many_short_descents_end_where_one_long_descent_ends(sidecar, scope):
    paths = []
    for calls in ([12], [1] * 12):
        model = sidecar.trained()
        descent = sidecar.descent(model, scope)
        for number in calls:
            fields = {"num_steps": number, "total_steps": 12, "trace": [], "trace_every": 1, "reference": None}
            sidecar.call("descend", descent=descent, **fields)
        paths.append(sidecar.call("saveModel", model=model, path=str(sidecar.path / model))[0].sha256)
    assert paths[0] == paths[1]


def test_npo_starts_at_its_value_for_equal_models_and_needs_its_reference(sidecar):
    model = sidecar.trained()
    with pytest.raises(SidecarError, match="reference is null"):
        sidecar.descent(model, "all", protocol.Npo(beta=0.1))
    descent = sidecar.descent(model, "all", protocol.Npo(beta=0.1), reference=model)
    fields = {"descent": descent, "num_steps": 1, "total_steps": 1, "trace": [], "trace_every": 1, "reference": None}
    output, _ = sidecar.call("descend", **fields)
    assert output.loss == pytest.approx(20 * np.log(2), rel=1e-5)


def test_scores_come_with_losses_and_groups_in_the_order_of_the_selection(sidecar):
    model = sidecar.trained()
    fields = {"model": model, "dataset": sidecar.dataset, "selection": protocol.Selection(["forgetTrain"], None)}
    output, arrays = sidecar.call("scoreInfluence", **fields, estimator=EXACT, batch_size=16)
    assert output.num_samples == len(arrays["influenceScores"]) == 48
    assert output.residual <= 1e-6
    assert {name: array.dtype.name for name, array in arrays.items()} == {
        "influenceScores": "float64",
        "losses": "float64",
        "groups": "int32",
    }
    loss = sidecar.evaluate(model, [measurement("l", "tokenLoss", "forgetTrain")])
    assert arrays["losses"].mean() == pytest.approx(loss[0], rel=1e-6)
    assert sorted(set(arrays["groups"].tolist())) == [1, 2]
    descent = sidecar.descent(model)
    weights = np.sqrt(np.abs(arrays["influenceScores"])) * (arrays["influenceScores"] < 0)
    drawn, _ = sidecar.call("setSampleWeights", {"sampleWeights": weights}, descent=descent)
    assert drawn.num_drawn == np.count_nonzero(weights)


def test_a_model_that_diverged_is_refused_with_its_samples(sidecar):
    model = sidecar.model()
    with torch.no_grad():
        sidecar.context.handles.get("model", model).head.bias[1] = float("nan")
    fields = {"model": model, "dataset": sidecar.dataset, "selection": protocol.Selection(["forgetTrain"], 3)}
    with pytest.raises(SidecarError, match="samples 0, 1, 2") as failure:
        sidecar.call("scoreInfluence", **fields, estimator=EXACT, batch_size=16)
    assert failure.value.code == "NON_FINITE"


def test_bad_requests_name_what_there_is(sidecar):
    with pytest.raises(SidecarError, match="no set 'forgetTran'"):
        sidecar.evaluate(sidecar.model(), [measurement("l", "tokenLoss", "forgetTran")])
    small = protocol.MarkovDecoder(vocabulary_size=5, num_positions=3, width=8, num_layers=1)
    model = sidecar.call("createModel", architecture=small, seed=0)[0].model
    with pytest.raises(SidecarError, match="reads 3 positions and 5 tokens; the data set has 7 and 6"):
        sidecar.evaluate(model, [measurement("l", "tokenLoss", "retainTest")])
    with pytest.raises(SidecarError, match="reference is null"):
        sidecar.evaluate(sidecar.model(), FOUR)

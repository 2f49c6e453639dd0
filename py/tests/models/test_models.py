"""The decoder computes what the released one computes; both models share one interface."""

import pytest
import torch

from imu_sidecar import protocol_gen as protocol
from imu_sidecar.checkpoints import load_weights, save_model
from imu_sidecar.failures import SidecarError
from imu_sidecar.models import build_model, head_parameters
from tests.tiny import ARCHITECTURES, tiny_model

RELEASED = protocol.MarkovDecoder(vocabulary_size=10, num_positions=19, width=128, num_layers=4)


def slow_decoder(model, tokens):
    """One sequence, one position after the other, as spec llm 4.2 says it."""
    hidden = [model.tokens.weight[token] + model.positions[place] for place, token in enumerate(tokens.tolist())]
    for block in model.blocks:
        width = len(hidden[0])
        attended = []
        for place, here in enumerate(hidden):
            scores = torch.stack(
                [block.query.weight @ here @ (block.key.weight @ past) / width**0.5 for past in hidden[: place + 1]]
            )
            values = torch.stack([block.value.weight @ past for past in hidden[: place + 1]])
            attended.append(block.attention_norm(here + scores.softmax(0) @ values))
        hidden = [block.network_norm(h + block.contract(torch.relu(block.expand(h)))) for h in attended]
    return torch.stack([model.output(h) for h in hidden])


def test_the_decoder_has_the_released_number_of_parameters():
    model = build_model(RELEASED, seed=0)
    assert sum(p.numel() for p in model.parameters()) == 335_754
    assert sum(p.numel() for _, p in head_parameters(model)) == 1_290


def test_the_decoder_computes_what_the_slow_one_does():
    model = tiny_model("markovDecoder")
    tokens = torch.tensor([[0, 3, 1, 1, 2], [2, 2, 0, 3, 3]])
    expected = torch.stack([slow_decoder(model, sequence) for sequence in tokens])
    torch.testing.assert_close(model(tokens), expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("kind", ARCHITECTURES)
def test_logits_are_the_head_of_the_features_and_look_only_back(kind):
    model = tiny_model(kind)
    tokens = torch.tensor([[0, 3, 1, 1, 2]])
    torch.testing.assert_close(model(tokens), model.head(model.features(tokens)))
    later = tokens.clone()
    later[0, 3:] = 0
    torch.testing.assert_close(model(tokens)[:, :3], model(later)[:, :3])


def test_gpt2_is_transformers_gpt2_with_a_head_of_its_own():
    model = tiny_model("gpt2")
    assert model.head.bias is None
    assert model.head.weight is not model.transformer.wte.weight
    assert not torch.equal(model.head.weight, model.transformer.wte.weight)


@pytest.mark.parametrize("kind", ARCHITECTURES)
def test_a_seed_draws_the_weights_and_leaves_global_random_state_alone(kind):
    before = torch.get_rng_state()
    first, same, other = (build_model(ARCHITECTURES[kind], seed) for seed in (1, 1, 2))
    assert torch.equal(before, torch.get_rng_state())
    assert all(map(torch.equal, first.parameters(), same.parameters()))
    assert not torch.equal(first.head.weight, other.head.weight)


@pytest.mark.parametrize("kind", ARCHITECTURES)
def test_a_checkpoint_holds_the_model_in_equal_bytes(kind, tmp_path):
    model = build_model(ARCHITECTURES[kind], seed=1)
    files = [save_model(model, {"kind": kind, "width": 6}, tmp_path / name) for name in "ab"]
    assert files[0] == files[1]
    loaded = build_model(ARCHITECTURES[kind], seed=2)
    load_weights(loaded, tmp_path / "a", files[0].sha256)
    assert all(map(torch.equal, model.parameters(), loaded.parameters()))


def test_checkpoints_that_do_not_fit_are_refused_in_words(tmp_path):
    model = build_model(ARCHITECTURES["markovDecoder"], seed=1)
    path = tmp_path / "model"
    written = save_model(model, {}, path)
    with pytest.raises(SidecarError, match="exists already"):
        save_model(model, {}, path)
    with pytest.raises(SidecarError, match="is not the file") as refusal:
        load_weights(model, path, "0" * 64)
    assert refusal.value.code == "ASSET_MISSING"
    wider = build_model(protocol.MarkovDecoder(vocabulary_size=4, num_positions=5, width=7, num_layers=2), seed=1)
    with pytest.raises(SidecarError, match=r"positions is \[5, 6\], not \[5, 7\].* more") as refusal:
        load_weights(wider, path, written.sha256)
    assert refusal.value.code == "INVALID_REQUEST"
    with pytest.raises(SidecarError, match="there is no file"):
        load_weights(model, tmp_path / "none", "0" * 64)


def test_a_pickled_checkpoint_is_never_loaded(tmp_path):
    import hashlib

    path = tmp_path / "model.pt"
    torch.save(build_model(ARCHITECTURES["markovDecoder"], 1).state_dict(), path)
    with pytest.raises(SidecarError, match="not in safetensors format"):
        load_weights(tiny_model(), path, hashlib.sha256(path.read_bytes()).hexdigest())

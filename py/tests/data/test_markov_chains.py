"""The generator gives the released data, draw for draw."""

import math
import random

import numpy as np
import pytest
import torch

from imu_sidecar.data import generate_markov_chains, read_dataset, write_dataset
from imu_sidecar.failures import SidecarError


def transcription(num_states, length, leakage, counts, seed):
    """The released generator, slowly and on global random state, with scikit-learn's documented split."""
    np.random.seed(seed)
    random.seed(seed)
    torch.manual_seed(seed)
    size = num_states // 3
    chains = {}
    for index, (name, count) in enumerate(zip(("retain", "forget1", "forget2"), counts, strict=True)):
        block = list(range(index * size, (index + 1) * size))
        matrix = [[leakage / (num_states - size)] * num_states for _ in range(num_states)]
        for state in block:
            for other in block:
                matrix[state][other] = (1.0 - leakage) / size
        initial = list(matrix[block[0]])
        matrix = np.array(matrix)
        matrix = matrix / matrix.sum(axis=1, keepdims=True)
        initial = np.array(initial) / np.array(initial).sum()
        sequences = torch.zeros((count, length), dtype=torch.long)
        sequences[:, 0] = torch.multinomial(torch.tensor(initial, dtype=torch.float32), count, replacement=True)
        for position in range(1, length):
            rows = torch.tensor(matrix, dtype=torch.float32)[sequences[:, position - 1]]
            sequences[:, position] = torch.multinomial(rows, 1).squeeze(1)
        chains[name] = sequences.tolist()
    sets = {}
    for name, sequences in chains.items():
        permutation = np.random.RandomState(seed).permutation(len(sequences))
        num_test = math.ceil(0.2 * len(sequences))
        sets[name + "Test"] = [sequences[i] for i in permutation[:num_test]]
        sets[name + "Train"] = [sequences[i] for i in permutation[num_test:]]
    for part in ("Train", "Test"):
        sets["forget" + part] = sets["forget1" + part] + sets["forget2" + part]
    random.shuffle(sets["forgetTrain"])
    random.shuffle(sets["forgetTest"])
    return sets


def small(seed=42, **changes):
    spec = {
        "num_states": 10,
        "sequence_length": 20,
        "leakage": 0.2,
        "num_sequences": (103, 51, 52),
        "test_fraction": 0.2,
    }
    return generate_markov_chains(**{**spec, **changes}, seed=seed)


@pytest.mark.parametrize(("num_states", "length", "leakage", "seed"), [(10, 20, 0.2, 42), (9, 7, 0.05, 7)])
def test_every_set_is_the_released_one_in_its_order(num_states, length, leakage, seed):
    dataset = small(seed, num_states=num_states, sequence_length=length, leakage=leakage)
    expected = transcription(num_states, length, leakage, (103, 51, 52), seed)
    assert set(dataset.sets) == set(expected)
    for name, sequences in expected.items():
        assert dataset.tokens[dataset.sets[name]].tolist() == sequences, name


def test_the_split_is_scikit_learns():
    model_selection = pytest.importorskip("sklearn.model_selection")
    dataset = small()
    train, test = model_selection.train_test_split(list(range(103)), test_size=0.2, random_state=42)
    assert dataset.sets["retainTrain"].tolist() == train
    assert dataset.sets["retainTest"].tolist() == test


def test_generating_leaves_global_random_state_alone():
    before = (random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state().tolist())
    small()
    assert before == (random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state().tolist())


def test_groups_say_which_chain_a_sample_is_of():
    dataset = small()
    for group, name in enumerate(dataset.group_names):
        assert set(dataset.groups[dataset.sets[name + "Train"]].tolist()) == {group}


def test_equal_data_sets_are_equal_bytes_and_survive_the_file(tmp_path):
    first, second = write_dataset(small(), tmp_path / "a"), write_dataset(small(), tmp_path / "b")
    assert first == second
    read = read_dataset(tmp_path / "a", first.sha256)
    assert torch.equal(read.tokens, small().tokens)
    assert {name: rows.tolist() for name, rows in read.sets.items()} == {
        name: rows.tolist() for name, rows in small().sets.items()
    }


def test_a_chain_without_training_samples_is_refused():
    with pytest.raises(SidecarError, match="testFraction"):
        small(num_sequences=(10, 2, 10), test_fraction=0.9)


def test_no_leakage_keeps_every_chain_in_its_block():
    dataset = small(leakage=0.0)
    assert dataset.tokens[dataset.sets["forget1Train"]].unique().tolist() == [3, 4, 5]

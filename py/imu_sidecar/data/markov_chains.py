"""The Markov-chain mixture of the paper's sequence experiment (paper 4.5), draw for draw as released.

One generator per library stands for the released code's global seeding and gives the same stream, so that the
data are bit-equal to the released ones and no global random state is touched.
"""

from __future__ import annotations

import math
import random

import numpy as np
import torch
from torch import Tensor

from imu_sidecar.data.dataset import Dataset
from imu_sidecar.failures import SidecarError

GROUPS = ("retain", "forget1", "forget2")


def generate_markov_chains(
    *,
    num_states: int,
    sequence_length: int,
    leakage: float,
    num_sequences: tuple[int, int, int],
    test_fraction: float,
    seed: int,
) -> Dataset:
    """Sequences of three chains, ``num_sequences`` of retain, forget1 and forget2, split into train and test sets.

    Sets: retainTrain, retainTest, forget1Train, forget1Test, forget2Train, forget2Test, and forgetTrain, forgetTest,
    the shuffled unions of the forget chains. Raises INVALID_REQUEST where a chain would have no training sample.
    """
    generator = torch.Generator().manual_seed(seed)
    block_size = num_states // 3
    chains = []
    for chain, count in enumerate(num_sequences):
        block = range(chain * block_size, (chain + 1) * block_size)
        initial, transition = chain_probabilities(num_states, block, leakage)
        chains.append(sample_chain(initial, transition, count, sequence_length, generator))

    sets: dict[str, Tensor] = {}
    first_row = 0
    for group, count in zip(GROUPS, num_sequences, strict=True):
        train, test = split_train_test(count, test_fraction, seed, group)
        sets[f"{group}Train"] = first_row + train
        sets[f"{group}Test"] = first_row + test
        first_row += count
    # One stream for both shuffles, train first.
    shuffler = random.Random(seed)
    for part in ("Train", "Test"):
        sets[f"forget{part}"] = shuffled_union(sets[f"forget1{part}"], sets[f"forget2{part}"], shuffler)

    return Dataset(
        tokens=torch.cat(chains),
        groups=torch.repeat_interleave(torch.arange(3, dtype=torch.uint8), torch.tensor(num_sequences)),
        group_names=GROUPS,
        sets=sets,
        vocabulary_size=num_states,
    )


def chain_probabilities(num_states: int, block: range, leakage: float) -> tuple[np.ndarray, np.ndarray]:
    """Initial distribution [S] and transition matrix [S, S] of the chain that prefers ``block``, float64.

    A state in the block goes to each state of the block with (1−leakage)/|block| and to each other state with
    leakage/(S−|block|). A state outside goes anywhere alike, as in the released code, whose rows are normalised.
    """
    states = list(block)
    inside = np.full(num_states, leakage / (num_states - len(states)))
    inside[states] = (1.0 - leakage) / len(states)
    # Without leakage the released code divides zero by zero in these rows; no chain ever visits them then.
    transition = np.full((num_states, num_states), leakage / (num_states - len(states)) or 1.0)
    transition[states] = inside
    return inside / inside.sum(), transition / transition.sum(axis=1, keepdims=True)


def sample_chain(
    initial: np.ndarray, transition: np.ndarray, count: int, length: int, generator: torch.Generator
) -> Tensor:
    """[count, length] states, uint8 or int32. All sequences go one position on per draw, in float32."""
    rows = torch.tensor(transition, dtype=torch.float32)
    state = torch.multinomial(torch.tensor(initial, dtype=torch.float32), count, replacement=True, generator=generator)
    states = [state]
    for _ in range(1, length):
        state = torch.multinomial(rows[state], 1, generator=generator).squeeze(1)
        states.append(state)
    return torch.stack(states, dim=1).to(torch.uint8 if len(initial) <= 256 else torch.int32)


def split_train_test(count: int, test_fraction: float, seed: int, group: str) -> tuple[Tensor, Tensor]:
    """Indices 0..count−1, train then test, as scikit-learn's ``train_test_split`` cuts them.

    The first ⌈fraction·count⌉ of one permutation are the test set, the rest the training set.
    """
    num_test = math.ceil(test_fraction * count)
    if num_test >= count:
        raise SidecarError(
            "INVALID_REQUEST",
            f"testFraction {test_fraction} of {count} {group} sequences leaves none to train on",
            "Choose a smaller testFraction or more sequences.",
        )
    permutation = torch.from_numpy(np.random.RandomState(seed).permutation(count))
    return permutation[num_test:], permutation[:num_test]


def shuffled_union(first: Tensor, second: Tensor, shuffler: random.Random) -> Tensor:
    rows = torch.cat((first, second)).tolist()
    shuffler.shuffle(rows)
    return torch.tensor(rows, dtype=torch.int64)

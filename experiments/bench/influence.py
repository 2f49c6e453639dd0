"""What influence costs: all 8,000 forget sequences of Table 3, against one evaluation pass and two per-sample loops.

    python experiments/bench/influence.py [--epochs 1] [--repeats 5] [--threads 1]

with the sidecar's interpreter. The released loop computes `diagFisher`, by two autograd passes over the samples one by
one. The exact loop computes `exact` the same way: two such passes for the gradients, and one of Hessian-vector products
by double backward for every product that our solve needs. Expected on one thread: `exact` at most 1.25 times an
evaluation pass, at least 20 times faster than the exact loop; the released loop is 15 to 20 times slower than either of
ours. Prints a table, then one JSON line. Takes about a minute and a half on one core.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "py"))
arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
arguments.add_argument("--epochs", type=int, default=1, help="epochs the model is trained for before (default 1)")
arguments.add_argument(
    "--repeats", type=int, default=5, help="times each pass is timed; the fastest counts (default 5)"
)
arguments.add_argument("--threads", type=int, default=1, help="threads of PyTorch (default 1, as a lane has)")
options = arguments.parse_args()
os.environ["IMU_NUM_THREADS"] = str(options.threads)

import torch  # noqa: E402

from imu_sidecar import protocol_gen as protocol  # noqa: E402
from imu_sidecar.data import Dataset, generate_markov_chains  # noqa: E402
from imu_sidecar.device import prepare_torch  # noqa: E402
from imu_sidecar.influence import HeadSamples, estimate_influence, gather_head_samples  # noqa: E402
from imu_sidecar.models import SequenceModel, build_model  # noqa: E402
from imu_sidecar.models.sequence_model import shift  # noqa: E402
from imu_sidecar.objectives import build_objective  # noqa: E402
from imu_sidecar.optimisation import Descent, build_optimiser  # noqa: E402
from imu_sidecar.primitives import measure, plan_measurements  # noqa: E402
from imu_sidecar.primitives.measure import run_batches  # noqa: E402

BATCH_SIZE = 128
NUM_LOOPED = 200
NUM_DENSE = 500
EXACT = protocol.ExactEstimator(damping=0.01, tolerance=1e-4, max_iterations=200)
DIAG_FISHER = protocol.DiagFisherEstimator(damping=0.01, alias_first_sample=False)


def main() -> None:
    prepare_torch()
    dataset = generate_markov_chains(
        num_states=10,
        sequence_length=20,
        leakage=0.2,
        num_sequences=(10_000, 5_000, 5_000),
        test_fraction=0.2,
        seed=42,
    )
    model = trained_model(dataset)
    rows = dataset.select(["forgetTrain"], None)

    def evaluation() -> None:
        selection = protocol.Selection(sets=["forgetTrain"], limit=None)
        plan = plan_measurements(dataset, [protocol.Measurement(label="l", primitive="tokenLoss", selection=selection)])
        measure(model, dataset, plan, reference=None, batch_size=BATCH_SIZE)

    # Forward pass included; nothing is cached between repeats.
    passes = {
        "evaluation pass (tokenLoss)": evaluation,
        "influence, exact": lambda: estimate_influence(EXACT, samples_of(model, dataset, rows)),
        "influence, diagFisher": lambda: estimate_influence(DIAG_FISHER, samples_of(model, dataset, rows)),
    }
    seconds = fastest(passes, options.repeats)
    found = estimate_influence(EXACT, samples_of(model, dataset, rows)).direction
    assert found is not None
    scale = len(rows) / NUM_LOOPED
    loop = scale * seconds_of_loop(model, dataset, rows[:NUM_LOOPED])
    exact_loop = loop + scale * found.num_iterations * seconds_of_products(model, dataset, rows[:NUM_LOOPED])
    evaluated, exact, diagonal = seconds.values()

    for name, taken in seconds.items():
        print(f"{name:<36}{taken:9.3f} s{taken / evaluated:9.2f} x evaluation")
    extrapolated = f"extrapolated from {NUM_LOOPED} of {len(rows)} sequences"
    print(f"{'per-sample loop, exact':<36}{exact_loop:9.1f} s{exact_loop / exact:9.1f} x exact; {extrapolated}")
    print(f"{'per-sample loop as released':<36}{loop:9.1f} s{loop / diagonal:9.1f} x diagFisher; {extrapolated}")
    print(f"exact: {found.num_iterations} products of the whole, residual {found.residual:.1e}")
    error = error_against_dense(model, dataset, rows[:NUM_DENSE])
    print(f"exact against dense on {NUM_DENSE} sequences: largest difference {error:.1e} of the largest score")
    result = {
        "bench": "influence",
        "numSequences": len(rows),
        "numThreads": options.threads,
        "evaluationSeconds": evaluated,
        "exactSeconds": exact,
        "diagFisherSeconds": diagonal,
        "exactLoopSecondsExtrapolated": exact_loop,
        "releasedLoopSecondsExtrapolated": loop,
        "numLooped": NUM_LOOPED,
        "exactOverEvaluation": exact / evaluated,
        "exactLoopOverExact": exact_loop / exact,
        "releasedLoopOverDiagFisher": loop / diagonal,
        "releasedLoopOverExact": loop / exact,
        "numIterations": found.num_iterations,
        "residual": found.residual,
        "exactAgainstDense": error,
    }
    print(json.dumps(result))


def trained_model(dataset: Dataset) -> SequenceModel:
    model = build_model(protocol.MarkovDecoder(vocabulary_size=10, num_positions=19, width=128, num_layers=4), seed=42)
    optimiser = protocol.AdamW(learning_rate=5e-4, beta1=0.9, beta2=0.999, epsilon=1e-6, weight_decay=0.0)
    rows = dataset.select(["retainTrain", "forget1Train"], None)
    descent = Descent(
        model,
        dataset.tokens[rows],
        objective=build_objective(protocol.CrossEntropy()),
        parameters=list(model.parameters()),
        optimiser=build_optimiser(optimiser, list(model.parameters())),
        batch_size=BATCH_SIZE,
        seed=42,
    )
    for _ in range(options.epochs * -(-len(rows) // BATCH_SIZE)):
        descent.step()
    return model


def samples_of(model: SequenceModel, dataset: Dataset, rows: torch.Tensor) -> HeadSamples:
    features = run_batches(model.features, dataset, rows, BATCH_SIZE, lambda: None)
    return gather_head_samples(
        model.head, features, [shift(dataset.tokens[batch])[1] for batch in rows.split(BATCH_SIZE)]
    )


def fastest(passes: dict[str, Callable[[], object]], repeats: int) -> dict[str, float]:
    """Seconds of each, the fastest of ``repeats``; taken in turns, so that a busy machine slows all alike."""
    seconds = dict.fromkeys(passes, float("inf"))
    for _ in range(repeats):
        for name, function in passes.items():
            started = time.perf_counter()
            function()
            seconds[name] = min(seconds[name], time.perf_counter() - started)
    return seconds


def seconds_of_loop(model: SequenceModel, dataset: Dataset, rows: torch.Tensor) -> float:
    """The released code's way (``unlearn_IMU.py``): one sample at a time through autograd, all samples twice."""
    sequences = dataset.tokens[rows].tolist()

    def gradient(sequence: list[int]) -> torch.Tensor:
        inputs, labels = torch.tensor([sequence[:-1]]), torch.tensor([sequence[1:]])
        model.eval()
        loss = torch.nn.functional.cross_entropy(model(inputs).flatten(0, 1), labels.flatten())
        parameters = [parameter for name, parameter in model.named_parameters() if "output" in name]
        return torch.cat([part.flatten() for part in torch.autograd.grad(loss, parameters)])

    started = time.perf_counter()
    fisher = torch.stack([gradient(sequence).square() for sequence in sequences]).mean(dim=0) + 0.01
    gradients = torch.stack([gradient(sequence) for sequence in sequences])
    -((gradients / fisher) @ gradients.mean(dim=0))
    return time.perf_counter() - started


def seconds_of_products(model: SequenceModel, dataset: Dataset, rows: torch.Tensor) -> float:
    """One Hessian-vector product at the output layer, one sample at a time by double backward."""
    sequences = dataset.tokens[rows].tolist()
    parameters = list(model.head.parameters())
    direction = [torch.randn_like(parameter) for parameter in parameters]
    total = [torch.zeros_like(parameter) for parameter in parameters]
    started = time.perf_counter()
    for sequence in sequences:
        inputs, labels = torch.tensor([sequence[:-1]]), torch.tensor([sequence[1:]])
        loss = torch.nn.functional.cross_entropy(model(inputs).flatten(0, 1), labels.flatten())
        gradients = torch.autograd.grad(loss, parameters, create_graph=True)
        along = sum((gradient * part).sum() for gradient, part in zip(gradients, direction, strict=True))
        for into, product in zip(total, torch.autograd.grad(along, parameters), strict=True):
            into += product
    return time.perf_counter() - started


def error_against_dense(model: SequenceModel, dataset: Dataset, rows: torch.Tensor) -> float:
    samples = samples_of(model, dataset, rows)
    tight = protocol.ExactEstimator(damping=0.01, tolerance=1e-8, max_iterations=200)
    dense = estimate_influence(protocol.DenseEstimator(damping=0.01), samples).scores
    return float((estimate_influence(tight, samples).scores - dense).abs().max() / dense.abs().max())


if __name__ == "__main__":
    main()

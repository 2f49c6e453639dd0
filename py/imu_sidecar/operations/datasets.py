"""Operations ``generateDataset`` and ``loadDataset``."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from imu_sidecar import protocol_gen as protocol
from imu_sidecar.data import Dataset, generate_markov_chains, read_dataset, write_dataset
from imu_sidecar.loop import Context, operation

Arrays = dict[str, np.ndarray]


@operation("generateDataset")
def generate_dataset(
    request: protocol.GenerateDatasetInput, arrays: Arrays, context: Context
) -> tuple[protocol.GenerateDatasetOutput, Arrays]:
    spec = request.dataset
    dataset = generate_markov_chains(
        num_states=spec.num_states,
        sequence_length=spec.sequence_length,
        leakage=spec.leakage,
        num_sequences=(spec.num_retain, spec.num_forget1, spec.num_forget2),
        test_fraction=spec.test_fraction,
        seed=spec.seed,
    )
    context.check()
    written = write_dataset(dataset, Path(request.path))
    file = protocol.WrittenFile(sha256=written.sha256, size_bytes=written.size_bytes)
    return protocol.GenerateDatasetOutput(file=file, sets=set_sizes(dataset)), {}


@operation("loadDataset")
def load_dataset(
    request: protocol.LoadDatasetInput, arrays: Arrays, context: Context
) -> tuple[protocol.LoadDatasetOutput, Arrays]:
    dataset = read_dataset(Path(request.path), request.sha256).to(context.device)
    handle = context.handles.put("dataset", dataset)
    return (
        protocol.LoadDatasetOutput(dataset=handle, sets=set_sizes(dataset), groups=list(dataset.group_names)),
        {},
    )


def set_sizes(dataset: Dataset) -> list[protocol.SetSize]:
    return [protocol.SetSize(name=name, num_samples=len(rows)) for name, rows in dataset.sets.items()]

"""Data sets: how they are drawn, cut into sets, stored and selected from."""

from imu_sidecar.data.dataset import Dataset, read_dataset, write_dataset
from imu_sidecar.data.markov_chains import generate_markov_chains

__all__ = ["Dataset", "generate_markov_chains", "read_dataset", "write_dataset"]

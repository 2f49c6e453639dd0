"""hello: who answers, with which packages, on which device."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version

import torch

from ..device import list_devices, num_threads, prepare_torch
from ..loop import Context, operation
from ..protocol_gen import PROTOCOL_VERSION, SCHEMA_HASH, Hello, HelloInput

# Whatever may move a digit, or the bridge. Read from metadata: importing them all would cost seconds.
_PACKAGES = ("torch", "numpy", "safetensors", "msgspec", "websockets", "transformers")


@operation("hello")
def hello(_request: HelloInput, _arrays: dict, context: Context) -> tuple[Hello, dict]:
    """Sets PyTorch up and says what it found. Raises SidecarError INVALID_REQUEST where the device is not there."""
    prepare_torch()
    devices = list_devices()
    device = context.device
    return Hello(
        protocol_version=PROTOCOL_VERSION,
        schema_hash=SCHEMA_HASH,
        pid=os.getpid(),
        python_version=platform.python_version(),
        packages=_installed_versions(),
        device=str(device),
        device_name=next(found.name for found in devices if found.id == str(device)),
        devices=devices,
        num_threads=num_threads(),
        deterministic=torch.are_deterministic_algorithms_enabled(),
    ), {}


def _installed_versions() -> dict[str, str]:
    versions = {}
    for package in _PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    return versions

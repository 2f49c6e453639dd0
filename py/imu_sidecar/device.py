"""Which devices there are, which one is meant, and PyTorch set so that the same input gives the same digits."""

from __future__ import annotations

import os
import platform
import re

import torch

from .failures import SidecarError
from .protocol_gen import Device


def list_devices() -> list[Device]:
    """Every device that PyTorch can use here; memory in bytes, null where it is not known."""
    devices = [Device(id="cpu", name=_cpu_name(), memory_bytes=_memory_bytes())]
    for index in range(torch.cuda.device_count()):
        properties = torch.cuda.get_device_properties(index)
        devices.append(Device(id=f"cuda:{index}", name=properties.name, memory_bytes=properties.total_memory))
    if torch.backends.mps.is_available():
        devices.append(Device(id="mps", name="Apple GPU", memory_bytes=torch.mps.recommended_max_memory()))
    return devices


def resolve_device(name: str) -> torch.device:
    """`cpu`, `cuda`, `cuda:1`, `mps` as a device. Raises SidecarError INVALID_REQUEST that names those there are."""
    wanted = "cuda:0" if name == "cuda" else name
    ids = [device.id for device in list_devices()]
    if wanted not in ids:
        raise SidecarError(
            "INVALID_REQUEST",
            f"There is no device {name!r} here; there is {', '.join(ids)}.",
            "Give one of these to --device.",
        )
    return torch.device(wanted)


def prepare_torch() -> None:
    """Threads and determinism, once, before the first kernel. CUBLAS_WORKSPACE_CONFIG comes with the environment."""
    torch.set_num_threads(num_threads())
    torch.use_deterministic_algorithms(True)
    # Filling fresh memory with NaN costs some 5 % of a forward pass; it helps only code that reads what it never wrote.
    torch.utils.deterministic.fill_uninitialized_memory = False
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cudnn.benchmark = False
    torch.backends.cudnn.deterministic = True


def num_threads() -> int:
    """Threads of the numerical libraries: IMU_NUM_THREADS, else what PyTorch chose."""
    return int(os.environ.get("IMU_NUM_THREADS") or torch.get_num_threads())


def _cpu_name() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            found = re.search(r"^model name\s*:\s*(.+)$", file.read(), re.MULTILINE)
        if found:
            return found.group(1)
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _memory_bytes() -> int | None:
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return None

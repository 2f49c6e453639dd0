"""What this process takes of its device, for whoever watches. Costs microseconds, starts no device, and never fails."""

from __future__ import annotations

import os
import sys
import time
from pathlib import PurePosixPath

from .protocol_gen import DeviceMeasured


class DeviceUsage:
    """Measures one process; remembers the last time, since a CPU's utilisation is of the time in between."""

    def __init__(self) -> None:
        self._wall_seconds: float | None = None
        self._cpu_seconds = 0.0
        self._cpu_limit_bytes: int | None = None
        self._has_driver_counters = True

    def measure(self, device: str) -> DeviceMeasured | None:
        """`cpu`, `cuda:0` or `mps` as it is now; None where it was not used yet, or says nothing."""
        try:
            return self._measure(device)
        except Exception:
            return None

    def _measure(self, device: str) -> DeviceMeasured | None:
        kind = device.partition(":")[0]
        measured = {"cpu": self._measure_cpu, "cuda": self._measure_cuda, "mps": self._measure_mps}[kind](device)
        if measured is None:
            return None
        memory_bytes, limit_bytes, utilisation = measured
        return DeviceMeasured(
            rank=int(os.environ.get("RANK", "0")),
            device=device,
            memory_bytes=memory_bytes,
            memory_limit_bytes=limit_bytes,
            utilisation=None if utilisation is None else round(min(1.0, max(0.0, utilisation)), 3),
        )

    def _measure_cpu(self, _device: str) -> tuple[int, int | None, float | None]:
        wall, cpu = time.monotonic(), time.process_time()
        utilisation = None
        if self._wall_seconds is None:
            self._cpu_limit_bytes = _memory_limit_bytes()
        elif wall > self._wall_seconds:
            utilisation = (cpu - self._cpu_seconds) / ((wall - self._wall_seconds) * _num_threads())
        self._wall_seconds, self._cpu_seconds = wall, cpu
        return _resident_bytes(), self._cpu_limit_bytes, utilisation

    def _measure_cuda(self, device: str) -> tuple[int, int | None, float | None] | None:
        torch = sys.modules.get("torch")
        # Asking would start CUDA, which takes seconds and memory.
        if torch is None or not torch.cuda.is_initialized():
            return None
        total_bytes = torch.cuda.get_device_properties(device).total_memory
        return torch.cuda.memory_reserved(device), total_bytes, self._cuda_utilisation(torch, device)

    def _cuda_utilisation(self, torch, device: str) -> float | None:
        """Of the device, by whoever uses it, as its driver counts; None without the package that asks the driver."""
        if not self._has_driver_counters:
            return None
        try:
            return torch.cuda.utilization(device) / 100
        except Exception:
            self._has_driver_counters = False
            return None

    def _measure_mps(self, _device: str) -> tuple[int, int | None, float | None] | None:
        torch = sys.modules.get("torch")
        if torch is None:
            return None
        return torch.mps.current_allocated_memory(), torch.mps.recommended_max_memory(), None


def _num_threads() -> int:
    torch = sys.modules.get("torch")
    return torch.get_num_threads() if torch is not None else os.cpu_count() or 1


def _resident_bytes() -> int:
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        import resource

        # Its largest so far: what it is now only Linux tells so cheaply. In bytes on macOS, in KiB elsewhere.
        largest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return largest if sys.platform == "darwin" else largest * 1024


def _memory_limit_bytes() -> int | None:
    """The machine's memory, or what this process's control group may use of it where that is less."""
    limits = [*_control_group_limits(), _physical_bytes()]
    return min((limit for limit in limits if limit is not None), default=None)


def _physical_bytes() -> int | None:
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return None


def _control_group_limits(root: str = "/sys/fs/cgroup", membership: str = "/proc/self/cgroup") -> list[int]:
    """Of the group and of all that it lies in; version 1 and 2. A container may see only its own group, as the root."""
    limits = []
    for folder, name in _control_groups(root, membership):
        try:
            with open(f"{folder}/{name}", encoding="ascii") as file:
                limits.append(int(file.read()))
        except (OSError, ValueError):
            # No such group in sight, or its limit is "max".
            continue
    return limits


def _control_groups(root: str, membership: str) -> list[tuple[str, str]]:
    """Folder and name of each file that may hold a limit."""
    try:
        with open(membership, encoding="utf-8") as file:
            lines = file.read().splitlines()
    except OSError:
        return []
    groups = []
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers != "" and "memory" not in controllers.split(","):
            continue
        base, name = (root, "memory.max") if controllers == "" else (f"{root}/memory", "memory.limit_in_bytes")
        groups += [(f"{base}{group}", name) for group in (path, *map(str, PurePosixPath(path).parents))]
    return groups

"""What a process takes of its device is measured truly, at the right times, and can fail nothing."""

import os
import sys
import time
import types

import msgspec
import numpy as np
import pytest
import torch
from test_loop import RecordedLine, run, self_test, step

from imu_sidecar import device_usage, loop
from imu_sidecar.device_usage import DeviceUsage
from imu_sidecar.failures import Cancelled
from imu_sidecar.loop import Context
from imu_sidecar.protocol_gen import DeviceMeasured, PhaseStarted


def measured(events):
    return [event for event in events if event["type"] == "deviceMeasured"]


def burn(seconds):
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


def test_a_cpu_tells_its_resident_memory_the_limit_and_the_share_of_its_threads():
    usage = DeviceUsage()
    first = usage.measure("cpu")
    wall, cpu = time.monotonic(), time.process_time()
    held = np.ones(64 * 2**20, dtype=np.uint8)
    burn(0.2)
    time.sleep(0.2)
    second = usage.measure("cpu")
    share = (time.process_time() - cpu) / (time.monotonic() - wall) / torch.get_num_threads()
    assert first.utilisation is None
    assert second.utilisation == pytest.approx(min(1, share), rel=0.2)
    assert second.memory_bytes - first.memory_bytes == pytest.approx(len(held), rel=0.1)
    assert second.memory_bytes < second.memory_limit_bytes <= os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    assert (second.rank, second.device) == (0, "cpu")


def test_a_measurement_keeps_the_contract_and_names_its_rank(monkeypatch):
    monkeypatch.setenv("RANK", "3")
    event = DeviceUsage().measure("cpu")
    assert msgspec.convert(msgspec.to_builtins(event), DeviceMeasured) == event
    assert event.rank == 3


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere only the largest memory is told")
def test_resident_memory_is_what_the_system_says():
    with open("/proc/self/status", encoding="ascii") as file:
        kilobytes = next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))
    assert device_usage._resident_bytes() == pytest.approx(kilobytes * 1024, rel=0.05)


def test_without_proc_the_largest_resident_memory_stands_for_it(monkeypatch):
    now = device_usage._resident_bytes()

    def missing(*_arguments, **_options):
        raise FileNotFoundError

    monkeypatch.setattr("builtins.open", missing)
    assert 0.5 * now < device_usage._resident_bytes() < 100 * now


@pytest.mark.parametrize(
    ("membership", "files", "limits"),
    [
        ("0::/a/b\n", {"a/b/memory.max": "max", "a/memory.max": "2048", "memory.max": "4096"}, [2048, 4096]),
        ("0::/\n", {"memory.max": "1024"}, [1024]),
        ("4:memory:/x\n0::/\n", {"memory/x/memory.limit_in_bytes": "512\n"}, [512]),
        ("4:cpu,memory:/x\n", {"memory/memory.limit_in_bytes": "9223372036854771712\n"}, [9223372036854771712]),
        ("3:cpuset:/\n", {"memory.max": "1"}, []),
        ("", {}, []),
    ],
)
def test_a_control_group_limits_what_lies_in_it(tmp_path, membership, files, limits):
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "membership").write_text(membership)
    assert device_usage._control_group_limits(str(tmp_path), str(tmp_path / "membership")) == limits


def test_the_smaller_limit_counts(monkeypatch):
    for group, physical, limit in [([1000], 2000, 1000), ([3000], 2000, 2000), ([], 2000, 2000), ([], None, None)]:
        monkeypatch.setattr(device_usage, "_control_group_limits", lambda group=group: group)
        monkeypatch.setattr(device_usage, "_physical_bytes", lambda physical=physical: physical)
        assert device_usage._memory_limit_bytes() == limit


class FakeCuda(types.SimpleNamespace):
    """As much of torch.cuda as is asked."""

    def __init__(self, initialised=True, utilisation=None):
        super().__init__(asked=0, initialised=initialised, percent=utilisation)

    def is_initialized(self):
        return self.initialised

    def get_device_properties(self, _device):
        return types.SimpleNamespace(total_memory=1000)

    def memory_reserved(self, _device):
        return 250

    def utilization(self, _device):
        self.asked += 1
        if self.percent is None:
            raise ModuleNotFoundError("pynvml")
        return self.percent


def test_cuda_is_measured_only_where_it_was_started(monkeypatch):
    monkeypatch.setattr(torch, "cuda", FakeCuda(initialised=False))
    assert DeviceUsage().measure("cuda:0") is None
    monkeypatch.setattr(torch, "cuda", FakeCuda(utilisation=42))
    assert DeviceUsage().measure("cuda:0") == DeviceMeasured(0, "cuda:0", 250, 1000, 0.42)


def test_without_pynvml_cuda_tells_no_utilisation_and_is_not_asked_again(monkeypatch):
    cuda = FakeCuda()
    monkeypatch.setattr(torch, "cuda", cuda)
    usage = DeviceUsage()
    assert [usage.measure("cuda:1").utilisation for _ in range(3)] == [None, None, None]
    assert cuda.asked == 1


def test_mps_tells_its_memory(monkeypatch):
    mps = types.SimpleNamespace(current_allocated_memory=lambda: 7, recommended_max_memory=lambda: 9)
    monkeypatch.setattr(torch, "mps", mps)
    assert DeviceUsage().measure("mps") == DeviceMeasured(0, "mps", 7, 9, None)


@pytest.mark.parametrize("device", ["tpu:0", "", "cuda"])
def test_what_cannot_be_measured_is_not_told(device):
    assert DeviceUsage().measure(device) is None


def test_a_call_tells_at_its_first_event_then_after_every_pause(monkeypatch):
    monkeypatch.setattr(loop, "SECONDS_BETWEEN_MEASUREMENTS", 0.05)
    line, started = RecordedLine(), time.monotonic()

    def work(context):
        while len(measured(line.events)) < 3:
            context.emit(step(1))

    run(work, line)
    assert [event["type"] for event in line.events[:2]] == ["stepCompleted", "deviceMeasured"]
    assert time.monotonic() - started >= 0.1


def test_the_time_between_measurements_is_of_the_process_not_of_the_call():
    context = Context()
    events = [event for _ in range(3) for event in run(lambda inner: inner.emit(step(1)), context=context)]
    assert len(measured(events)) == 1


def test_a_call_without_progress_tells_nothing():
    line = RecordedLine()
    self_test("echo", line=line, value=1)
    assert line.events == []


def test_a_measurement_that_fails_fails_no_call(monkeypatch):
    def broken(*_arguments):
        raise OSError("no /proc today")

    monkeypatch.setattr(device_usage, "_resident_bytes", broken)
    assert measured(run(lambda context: context.emit(step(1)))) == []


def test_a_line_that_carries_no_measurement_fails_no_call(capfd):
    class Narrow(RecordedLine):
        def send(self, event):
            if event["type"] == "deviceMeasured":
                raise ConnectionError("closed")
            super().send(event)

    assert [event["type"] for event in run(lambda context: context.emit(step(1)), Narrow())] == ["stepCompleted"]
    assert "closed" in capfd.readouterr().err


def test_a_call_can_be_cancelled_while_it_is_measured():
    with pytest.raises(Cancelled):
        run(lambda context: context.emit(PhaseStarted(phase="training")), RecordedLine(cancel_after=2))

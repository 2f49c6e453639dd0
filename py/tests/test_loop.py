"""What every transport relies on: progress is throttled, a call can be stopped anywhere, an exception becomes data."""

import errno
import os
import signal
import threading
import time

import numpy as np
import pytest
import torch

from imu_sidecar import codec, exchange, operations  # noqa: F401
from imu_sidecar.failures import SidecarError, to_failure
from imu_sidecar.interrupts import Interrupts, interrupt_main_thread
from imu_sidecar.loop import Context, Handles, answer, operation
from imu_sidecar.protocol_gen import Logged, MetricMeasured, PhaseStarted, SelfTestOutput, StepCompleted


class RecordedLine:
    """A call's way back that keeps what it is told, and cancels after so many events."""

    def __init__(self, cancel_after=None):
        self.events = []
        self.cancel_after = cancel_after

    def send(self, event):
        self.events.append(event)

    def is_cancelled(self):
        return self.cancel_after is not None and len(self.events) >= self.cancel_after


@pytest.fixture(autouse=True)
def _self_tests_are_allowed(monkeypatch):
    monkeypatch.setenv("IMU_SIDECAR_SELF_TEST", "1")


@pytest.fixture
def interrupts():
    before = signal.getsignal(signal.SIGUSR1)
    interrupts = Interrupts()
    interrupts.install()
    yield interrupts
    signal.signal(signal.SIGUSR1, before)


def run(work, line=None, context=None):
    """Runs `work(context)` as a call and gives what was sent."""
    line = line or RecordedLine()
    context = context or Context()
    context.run(lambda _request, _arrays, inner: (work(inner), {}), None, {}, line)
    return line.events


def step(number, of=10_000):
    return StepCompleted(step=number, num_steps=of, loss=1.0, seconds_per_step=0.0)


def self_test(action, context=None, line=None, **fields):
    message = {"action": action, "value": None, "count": 0, "intervalSeconds": 0, **fields}
    return answer("selfTest", message, {}, context or Context(), line or RecordedLine())


def test_ten_thousand_steps_a_second_send_few_and_always_the_last():
    def work(context):
        for number in range(1, 10_001):
            context.emit(step(number))

    started = time.monotonic()
    sent = [event["step"] for event in run(work) if event["type"] == "stepCompleted"]
    seconds = time.monotonic() - started
    assert seconds < 1
    assert len(sent) <= 2 * seconds + 3
    assert sent[0] == 1 and sent[-1] == 10_000 and sent == sorted(sent)


def test_each_metric_is_throttled_by_itself():
    def work(context):
        for number in range(100):
            for label in ("retain", "forget"):
                context.emit(MetricMeasured(step=number, label=label, value=float(number)))

    last = {event["label"]: event["step"] for event in run(work) if event["type"] == "metricMeasured"}
    assert last == {"retain": 99, "forget": 99}


def test_logs_and_phases_are_never_dropped_and_a_phase_ends_what_came_before():
    def work(context):
        for number in range(50):
            context.emit(step(number))
            context.emit(Logged(level="info", message=str(number)))
        context.emit(PhaseStarted(phase="evaluating"))

    events = run(work)
    assert [event["message"] for event in events if event["type"] == "logged"] == [str(n) for n in range(50)]
    assert [event["type"] for event in events[-2:]] == ["stepCompleted", "phaseStarted"]
    assert events[-2]["step"] == 49


def test_emit_stops_a_cancelled_call():
    line = RecordedLine(cancel_after=3)
    reply, _ = self_test("progress", line=line, count=1000, intervalSeconds=0.001)
    assert reply["failure"]["code"] == "CANCELLED"
    assert len(line.events) == 3


def test_a_signal_stops_a_handler_that_hangs_and_says_where(interrupts):
    threading.Timer(0.1, interrupt_main_thread).start()
    reply, _ = self_test("hang", context=Context(interrupts))
    assert reply["failure"]["code"] == "CANCELLED"
    assert any("in _hang" in frame for frame in reply["failure"]["stack"])


def test_a_signal_that_comes_too_late_does_nothing(interrupts):
    context = Context(interrupts)
    assert self_test("echo", context=context, value=1)[0]["output"] == {"value": 1}
    os.kill(os.getpid(), signal.SIGUSR1)
    assert self_test("echo", context=context, value=2)[0]["output"] == {"value": 2}


def test_a_signal_waits_until_a_message_is_through(interrupts):
    class SlowLine(RecordedLine):
        def send(self, event):
            os.kill(os.getpid(), signal.SIGUSR1)
            time.sleep(0.01)
            super().send(event)

    line = SlowLine()
    reply, _ = self_test("progress", context=Context(interrupts), line=line, count=5)
    assert reply["failure"]["code"] == "CANCELLED"
    assert len(line.events) == 1


def test_an_exception_keeps_its_type_message_frames_and_cause():
    failure = self_test("raise", value="on purpose")[0]["failure"]
    assert (failure["code"], failure["type"]) == ("INTERNAL", "ValueError")
    assert "on purpose" in failure["message"]
    assert "in _raise" in failure["stack"][-1]
    assert failure["cause"] == "KeyError: 'the first mistake'"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (SidecarError("NON_FINITE", "loss is nan", "lower the learning rate"), "NON_FINITE"),
        (MemoryError(), "OUT_OF_MEMORY"),
        (torch.OutOfMemoryError("CUDA out of memory"), "OUT_OF_MEMORY"),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried 1 byte"), "OUT_OF_MEMORY"),
        (ModuleNotFoundError("No module named 'transformers'", name="transformers.models"), "ASSET_MISSING"),
        (ModuleNotFoundError("No module named 'imu_sidecar.x'", name="imu_sidecar.x"), "INTERNAL"),
        (FloatingPointError("overflow"), "INTERNAL"),
        (RuntimeError("size mismatch"), "INTERNAL"),
    ],
)
def test_an_exception_has_the_code_it_deserves(error, code):
    failure = to_failure(error)
    assert failure["code"] == code
    assert failure["message"]


def test_a_request_that_breaks_the_contract_names_its_path():
    failure = self_test("echo", count=-1)[0]["failure"]
    assert failure["code"] == "INVALID_REQUEST"
    assert "$.count" in failure["message"]


def test_an_unknown_operation_names_the_known_ones():
    failure = answer("forget", {}, {}, Context(), RecordedLine())[0]["failure"]
    assert failure["code"] == "INVALID_REQUEST" and "selfTest" in failure["message"]


def test_an_output_that_breaks_the_contract_is_our_mistake(monkeypatch):
    from imu_sidecar import loop

    def careless(_request, _arrays, _context):
        return SelfTestOutput(value={1: object()}), {}

    monkeypatch.setitem(loop._handlers, "selfTest", careless)
    assert self_test("echo")[0]["failure"]["code"] == "INTERNAL"


def test_self_tests_but_echo_need_permission(monkeypatch):
    monkeypatch.delenv("IMU_SIDECAR_SELF_TEST", raising=False)
    assert self_test("exit")[0]["failure"]["code"] == "INVALID_REQUEST"
    assert self_test("echo", value="a")[0]["output"] == {"value": "a"}


def test_an_operation_outside_the_contract_has_no_handler():
    with pytest.raises(ValueError, match="no operation"):
        operation("unlearnEverything")
    with pytest.raises(ValueError, match="two handlers"):
        operation("selfTest")(lambda *_: None)


def test_handles_name_objects_by_kind_and_never_twice():
    handles = Handles()
    first = handles.put("model", "a")
    assert handles.get("model", first) == "a"
    with pytest.raises(SidecarError, match="is a model, where a dataset is needed"):
        handles.get("dataset", first)
    handles.drop(first)
    handles.drop(first)
    with pytest.raises(SidecarError, match="No model is called"):
        handles.get("model", first)
    assert handles.put("model", "b") != first


def test_an_unknown_device_names_those_there_are(monkeypatch):
    monkeypatch.setenv("IMU_DEVICE", "cuda:77")
    with pytest.raises(SidecarError, match=r"'cuda:77'.*cpu") as caught:
        _ = Context().device
    assert caught.value.code == "INVALID_REQUEST"
    monkeypatch.setenv("IMU_DEVICE", "cpu")
    assert Context().device == torch.device("cpu")


@pytest.mark.parametrize("dtype", codec.ARRAY_TYPES)
@pytest.mark.parametrize("length", [0, 1, 3, 30_001])
def test_arrays_cross_bit_by_bit_in_frames_and_attachments(dtype, length):
    arrays = {
        "first": (np.arange(length) % 251).astype(dtype),
        "second": np.arange(6).astype(dtype).reshape(2, 3).T,
    }
    header, framed = codec.decode_frame(b"".join(codec.encode_frame({"type": "reply"}, arrays)))
    assert header == {"type": "reply"}
    for back in (framed, exchange.detach(exchange.attach(arrays))):
        for name, array in arrays.items():
            assert back[name].dtype == array.dtype and np.array_equal(back[name], array)
            assert back[name].flags.writeable


def test_arrays_of_other_types_are_refused():
    with pytest.raises(TypeError, match="int64"):
        codec.pack({"labels": np.zeros(3, dtype=np.int64)})


def test_messages_that_weigh_too_much_are_refused(monkeypatch):
    monkeypatch.setattr(codec, "MAX_MESSAGE_BYTES", 1000)
    with pytest.raises(SidecarError, match="may weigh 1000"):
        codec.pack({"large": np.zeros(1001, dtype=np.uint8)})
    with pytest.raises(SidecarError, match="may weigh 1000"):
        codec.encode_frame({"text": "x" * 1000}, {})


@pytest.mark.parametrize("change", [{"offset": -8}, {"numBytes": 9999}, {"dtype": "object"}, {"shape": [7]}])
def test_a_frame_that_lies_about_its_arrays_is_refused(change):
    descriptions, chunks = codec.pack({"a": np.zeros(4, dtype=np.float32)})
    with pytest.raises(ValueError):
        codec.unpack([{**descriptions[0], **change}], b"".join(chunks))


def test_a_full_exchange_folder_is_not_the_end(monkeypatch, tmp_path):
    monkeypatch.setenv("IMU_EXCHANGE_FOLDER", "/full")
    monkeypatch.setattr(exchange.tempfile, "gettempdir", lambda: str(tmp_path))
    real = exchange._write_in

    def write_in(folder, chunks):
        if folder == "/full":
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(folder, chunks)

    monkeypatch.setattr(exchange, "_write_in", write_in)
    large = {"large": np.ones(100_000, dtype=np.float32)}
    attachment = exchange.attach(large)
    assert attachment["file"].startswith(str(tmp_path))
    assert np.array_equal(exchange.detach(attachment)["large"], large["large"])
    assert not list(tmp_path.iterdir())

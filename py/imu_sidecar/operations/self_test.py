"""selfTest: everything a transport must survive, on demand."""

from __future__ import annotations

import ctypes
import math
import os
import signal
import subprocess
import sys
import time

from ..failures import SidecarError
from ..loop import Context, operation
from ..protocol_gen import Logged, SelfTestInput, SelfTestOutput, StepCompleted


@operation("selfTest")
def self_test(request: SelfTestInput, arrays: dict, context: Context) -> tuple[SelfTestOutput, dict]:
    """Does `action`; answers with its input and arrays. Anything but `echo` needs IMU_SIDECAR_SELF_TEST=1."""
    if request.action != "echo" and os.environ.get("IMU_SIDECAR_SELF_TEST") != "1":
        raise SidecarError(
            "INVALID_REQUEST",
            f"selfTest refuses {request.action!r}: it is for tests of the bridge.",
            "Start the sidecar with IMU_SIDECAR_SELF_TEST=1.",
        )
    action = _ACTIONS.get(request.action)
    value = request.value if action is None else action(request, context)
    return SelfTestOutput(value=value), arrays


def _raise(request: SelfTestInput, _context: Context) -> None:
    try:
        raise KeyError("the first mistake")
    except KeyError as first:
        raise ValueError(f"raised on purpose: {request.value}") from first


def _progress(request: SelfTestInput, context: Context) -> int:
    """One throttled event and one that is never dropped, `count` times."""
    for step in range(request.count):
        context.emit(Logged(level="debug", message=str(step)))
        context.emit(
            StepCompleted(
                step=step + 1,
                num_steps=request.count,
                loss=(math.nan, math.inf, -math.inf)[step % 3],
                seconds_per_step=request.interval_seconds,
            )
        )
        if request.interval_seconds > 0:
            time.sleep(request.interval_seconds)
    return request.count


def _hang(_request: SelfTestInput, _context: Context) -> None:
    while True:
        time.sleep(3600)


def _exit(request: SelfTestInput, _context: Context) -> None:
    print("the sidecar leaves on purpose", flush=True)
    os._exit(request.count)


def _kill(_request: SelfTestInput, _context: Context) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _segfault(_request: SelfTestInput, _context: Context) -> None:
    ctypes.string_at(0)


def _print(request: SelfTestInput, _context: Context) -> None:
    """Noise by every way out: Python, the C library's descriptors, a child."""
    print(f"{request.value} print")
    print(f"{request.value} stderr", file=sys.stderr)
    os.write(1, f"{request.value} fd1\n".encode())
    os.write(2, f"{request.value} fd2\n".encode())
    subprocess.run(["/bin/sh", "-c", f"echo '{request.value} child'; echo '{request.value} child2' >&2"], check=True)


def _unserialisable(_request: SelfTestInput, _context: Context) -> object:
    return {"value": object()}


def _out_of_memory(_request: SelfTestInput, _context: Context) -> None:
    raise MemoryError("could not allocate, on purpose")


_ACTIONS = {
    "raise": _raise,
    "progress": _progress,
    "hang": _hang,
    "exit": _exit,
    "kill": _kill,
    "segfault": _segfault,
    "print": _print,
    "unserialisable": _unserialisable,
    "outOfMemory": _out_of_memory,
}

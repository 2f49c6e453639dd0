"""What every transport does with a call: decode, find the handler, run it, turn what comes out into one reply."""

from __future__ import annotations

import itertools
import math
import os
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

import msgspec
import numpy as np

from .codec import Arrays, pack
from .device_usage import DeviceUsage
from .failures import Cancelled, SidecarError, to_failure
from .interrupts import Interrupts
from .protocol_gen import OPERATIONS, Logged, MetricMeasured, PhaseStarted, SidecarEvent

if TYPE_CHECKING:
    import torch

# Twice a second a step and once a second each metric is enough to watch; all of them are in the trajectory anyway.
SECONDS_BETWEEN_STEPS = 0.5
SECONDS_BETWEEN_METRICS = 1.0
SECONDS_BETWEEN_MEASUREMENTS = 2.0

Handler = Callable[[Any, dict[str, np.ndarray], "Context"], tuple[msgspec.Struct, Arrays]]

_handlers: dict[str, Handler] = {}


def operation(name: str) -> Callable[[Handler], Handler]:
    """Makes a function the handler of an operation: (request, arrays, context) -> (output, arrays)."""
    if name not in OPERATIONS:
        raise ValueError(f"the contract has no operation {name!r}")

    def register(handler: Handler) -> Handler:
        if name in _handlers:
            raise ValueError(f"the operation {name!r} has two handlers")
        _handlers[name] = handler
        return handler

    return register


class Line(Protocol):
    """One call's way to the orchestrator."""

    def send(self, event: dict[str, Any]) -> None: ...

    def is_cancelled(self) -> bool: ...


class Handles:
    """Objects that live in this process and are known outside by name: models, data sets, descents."""

    def __init__(self) -> None:
        self._objects: dict[str, tuple[str, object]] = {}
        self._numbers = itertools.count(1)

    def put(self, kind: str, value: object) -> str:
        """Keeps an object and names it, e.g. `model-3`. Names are never used twice."""
        handle = f"{kind}-{next(self._numbers)}"
        self._objects[handle] = (kind, value)
        return handle

    def get(self, kind: str, handle: str) -> Any:
        """The object. Raises SidecarError INVALID_REQUEST where there is none, or it is of another kind."""
        found = self._objects.get(handle)
        if found is None:
            raise SidecarError(
                "INVALID_REQUEST",
                f"No {kind} is called {handle!r} in this sidecar.",
                "Handles die with their sidecar and with `release`: load it again.",
            )
        if found[0] != kind:
            raise SidecarError(
                "INVALID_REQUEST",
                f"{handle!r} is a {found[0]}, where a {kind} is needed.",
                "The orchestrator mixed up its handles: this is a mistake in imu.",
            )
        return found[1]

    def drop(self, handle: str) -> None:
        """Forgets an object; one that is not known is forgotten already."""
        self._objects.pop(handle, None)


class Context:
    """What a handler may use: one per process, bound to one call at a time."""

    def __init__(self, interrupts: Interrupts | None = None) -> None:
        self.handles = Handles()
        self._interrupts = interrupts or Interrupts()
        self._device: torch.device | None = None
        self._line: Line | None = None
        self._sent_at: dict[tuple[type, str], float] = {}
        self._waiting: dict[tuple[type, str], SidecarEvent] = {}
        self._device_usage = DeviceUsage()
        self._measured_at = -math.inf

    @property
    def device(self) -> torch.device:
        """The device of IMU_DEVICE, else the CPU. Raises SidecarError INVALID_REQUEST where it is not there."""
        if self._device is None:
            from .device import resolve_device

            self._device = resolve_device(os.environ.get("IMU_DEVICE", "cpu"))
        return self._device

    def emit(self, event: SidecarEvent) -> None:
        """Tells the orchestrator. A progress point: raises Cancelled.

        Of steps at most two a second are sent, of metrics one by label, and always the last; the rest are dropped.
        Beside them, every two seconds, goes what the process takes of its device.
        """
        self.check()
        now = time.monotonic()
        if isinstance(event, (PhaseStarted, Logged)):
            if isinstance(event, PhaseStarted):
                self._flush()
            self._send(event)
        else:
            self._send_in_time(event, now)
        if now - self._measured_at >= SECONDS_BETWEEN_MEASUREMENTS:
            self._measured_at = now
            self._tell_device_usage()

    def check(self) -> None:
        """A progress point without an event. Raises Cancelled."""
        if self._line is None:
            return
        with self._interrupts.shield:
            cancelled = self._line.is_cancelled()
        if cancelled:
            raise Cancelled

    def run(
        self, handler: Handler, request: msgspec.Struct, arrays: Arrays, line: Line
    ) -> tuple[msgspec.Struct, Arrays]:
        """Runs a handler for one call; what it said last is sent before its answer."""
        self._line = line
        self._sent_at.clear()
        self._waiting.clear()
        try:
            with self._interrupts.running:
                answer = handler(request, dict(arrays), self)
                self._flush()
            return answer
        finally:
            self._line = None

    def _send_in_time(self, event: SidecarEvent, now: float) -> None:
        """Sends what is due: this event, and others that waited for their time."""
        key = (type(event), event.label if isinstance(event, MetricMeasured) else "")
        self._waiting.pop(key, None)
        self._waiting[key] = event
        for due in [key for key in self._waiting if self._is_due(key, now)]:
            self._sent_at[due] = now
            self._send(self._waiting.pop(due))

    def _is_due(self, key: tuple[type, str], now: float) -> bool:
        seconds = SECONDS_BETWEEN_METRICS if key[0] is MetricMeasured else SECONDS_BETWEEN_STEPS
        return now - self._sent_at.get(key, -math.inf) >= seconds

    def _tell_device_usage(self) -> None:
        # Not `self.device`: to look for it may start it.
        measured = self._device_usage.measure(str(self._device or os.environ.get("IMU_DEVICE", "cpu")))
        if measured is None:
            return
        try:
            self._send(measured)
        except Exception as error:
            # Whatever is wrong with the line, the next event of the call itself will tell.
            print(f"the device's usage could not be told: {error!r}", file=sys.stderr)

    def _flush(self) -> None:
        waiting = list(self._waiting.values())
        self._waiting.clear()
        for event in waiting:
            self._send(event)

    def _send(self, event: SidecarEvent) -> None:
        if self._line is None:
            return
        with self._interrupts.shield:
            self._line.send(msgspec.to_builtins(event))
        self.check()


def answer(name: str, message: Any, arrays: Arrays, context: Context, line: Line) -> tuple[dict[str, Any], Arrays]:
    """Header and arrays of the reply to one call, `{"type": "reply", "output"}` or `{"type": "failure", "failure"}`.

    Never raises.
    """
    try:
        request = _decode(name, message)
        output, arrays_out = context.run(_handlers[name], request, arrays, line)
        # What cannot cross is the call's failure; found later it would be the bridge's.
        pack(arrays_out)
        return {"type": "reply", "output": _encode(name, output)}, arrays_out
    except BaseException as error:
        return fail(error), {}


def fail(error: BaseException) -> dict[str, Any]:
    """The reply to a call that failed."""
    return {"type": "failure", "failure": to_failure(error)}


def _decode(name: str, message: Any) -> msgspec.Struct:
    if name not in _handlers:
        raise SidecarError(
            "INVALID_REQUEST",
            f"This sidecar has no operation {name!r}; it has {', '.join(_handlers)}.",
            "Orchestrator and sidecar are of different versions: run `imu doctor`.",
        )
    try:
        return msgspec.convert(message, OPERATIONS[name][0])
    except msgspec.ValidationError as error:
        raise SidecarError("INVALID_REQUEST", f"{name}: {error}", "Look at the field it names.") from error


def _encode(name: str, output: msgspec.Struct) -> dict[str, Any]:
    """The output as plain data, checked: a Struct does not check what it is made of."""
    plain = msgspec.to_builtins(output)
    try:
        msgspec.convert(plain, OPERATIONS[name][1])
    except msgspec.ValidationError as error:
        raise SidecarError(
            "INTERNAL", f"The output of {name} breaks the contract: {error}", "This is a mistake in its handler."
        ) from error
    return plain

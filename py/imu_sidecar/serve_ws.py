"""The sidecar on its own: dials in to the hub; kernels run on the main thread, the socket's reader on another."""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
from importlib import import_module
from typing import TYPE_CHECKING, Any

from . import guard
from .failures import SidecarError, to_failure
from .interrupts import Interrupts, interrupt_main_thread

if TYPE_CHECKING:
    import numpy as np
    from websockets.sync.client import ClientConnection

# A cancelled call is interrupted if it reaches no progress point within this time.
SECONDS_TO_PROGRESS_POINT = 0.2

# A kernel that holds Python's lock answers no ping: minutes, not seconds.
PING_SECONDS = 20
PONG_SECONDS = 300

# The last line of the log of a sidecar that could not start says why, after this mark.
STARTUP_FAILURE_MARK = "imu-sidecar-failure: "


def main() -> None:
    """Serves until the hub hangs up. Reads IMU_HUB_URL and IMU_HUB_TOKEN, and forgets the token."""
    guard.protect()
    url, token = os.environ.pop("IMU_HUB_URL"), os.environ.pop("IMU_HUB_TOKEN")
    interrupts = Interrupts()
    interrupts.install()
    try:
        # The cheap packages first: if one is missing, nobody waits for PyTorch to hear of it.
        for module in ("websockets.sync.client", "imu_sidecar.loop", "imu_sidecar.operations"):
            import_module(module)
        server = _Server(_dial(url, token), interrupts)
    except BaseException as error:
        print(STARTUP_FAILURE_MARK + json.dumps(to_failure(error)), file=sys.stderr, flush=True)
        os._exit(1)
    server.serve()


def _dial(url: str, token: str) -> ClientConnection:
    from websockets.sync.client import connect

    from .codec import MAX_MESSAGE_BYTES

    return connect(
        url,
        additional_headers={"Authorization": f"Bearer {token}"},
        # Floats do not compress: it would cost 30 times the transfer.
        compression=None,
        max_size=MAX_MESSAGE_BYTES,
        ping_interval=PING_SECONDS,
        ping_timeout=PONG_SECONDS,
        # The hub is on this machine or at the end of a tunnel.
        proxy=None,
    )


class _Server:
    def __init__(self, socket: ClientConnection, interrupts: Interrupts) -> None:
        from .loop import Context

        self._socket = socket
        self._context = Context(interrupts)
        self._calls: queue.SimpleQueue[tuple[dict[str, Any], dict[str, np.ndarray]] | None] = queue.SimpleQueue()
        self._cancelled: set[int] = set()
        self._lock = threading.Lock()
        self._running_id: int | None = None

    def serve(self) -> None:
        """Answers calls one by one on this thread, which must be the main one, until asked to stop."""
        threading.Thread(target=self._read, daemon=True).start()
        while (call := self._calls.get()) is not None:
            self._answer(*call)
        self._socket.close()

    def _answer(self, message: dict[str, Any], arrays: dict[str, np.ndarray]) -> None:
        from .loop import answer, fail

        call_id = message["id"]
        with self._lock:
            self._running_id = call_id
        line = _Line(self, call_id)
        header, arrays_out = answer(message["operation"], message["input"], arrays, self._context, line)
        with self._lock:
            self._running_id = None
            self._cancelled.discard(call_id)
        try:
            self.send({**header, "id": call_id}, arrays_out)
        except SidecarError as error:
            # Nothing was sent: the answer weighs too much.
            self.send({**fail(error), "id": call_id}, {})

    def send(self, header: dict[str, Any], arrays: dict[str, np.ndarray]) -> None:
        from .codec import encode_frame

        self._socket.send(b"".join(encode_frame(header, arrays)))

    def is_cancelled(self, call_id: int) -> bool:
        return call_id in self._cancelled

    def _read(self) -> None:
        """Runs beside the kernels. When the hub hangs up there is nobody left to compute for."""
        from .codec import decode_frame

        try:
            for frame in self._socket:
                message, arrays = decode_frame(frame)
                if message["type"] == "call":
                    self._calls.put((message, arrays))
                elif message["type"] == "cancel":
                    self._cancel(message["id"])
                elif message["type"] == "shutdown":
                    self._calls.put(None)
                    return
        except BaseException as error:
            print(f"the sidecar stops reading: {error!r}", file=sys.stderr, flush=True)
        os._exit(0)

    def _cancel(self, call_id: int) -> None:
        self._cancelled.add(call_id)
        timer = threading.Timer(SECONDS_TO_PROGRESS_POINT, self._interrupt, (call_id,))
        timer.daemon = True
        timer.start()

    def _interrupt(self, call_id: int) -> None:
        # Under the lock the call cannot end, and so the signal cannot meet the next one.
        with self._lock:
            if self._running_id == call_id:
                interrupt_main_thread()


class _Line:
    def __init__(self, server: _Server, call_id: int) -> None:
        self._server = server
        self._call_id = call_id

    def send(self, event: dict[str, Any]) -> None:
        self._server.send({"type": "event", "id": self._call_id, "event": event}, {})

    def is_cancelled(self) -> bool:
        return self._server.is_cancelled(self._call_id)


if __name__ == "__main__":
    main()

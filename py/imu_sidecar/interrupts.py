"""SIGUSR1 stops the handler that is running, wherever it is, but never in the middle of a message."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from .failures import Cancelled


class Interrupts:
    """Where the signal may strike. Used on the main thread only, as Python runs signal handlers there."""

    def __init__(self) -> None:
        self._running = False
        self._shielded = False
        self._asked = False

    def install(self) -> None:
        signal.signal(signal.SIGUSR1, self._on_signal)

    @contextmanager
    def running(self) -> Iterator[None]:
        """A handler runs: the signal raises Cancelled in it. A signal between handlers came too late, and is dropped."""
        self._asked = False
        self._running = True
        try:
            yield
        finally:
            self._running = False

    @contextmanager
    def shield(self) -> Iterator[None]:
        """A message is on its way: a signal waits until it is through, since half a message would end the bridge."""
        self._shielded = True
        try:
            yield
        finally:
            self._shielded = False
        if self._asked:
            self._asked = False
            raise Cancelled

    def _on_signal(self, _signal: int, _frame: object) -> None:
        if not self._running:
            return
        if self._shielded:
            self._asked = True
            return
        raise Cancelled


def interrupt_main_thread() -> None:
    """Sends the signal from another thread, so that a blocking call on the main thread returns."""
    signal.pthread_kill(threading.main_thread().ident, signal.SIGUSR1)

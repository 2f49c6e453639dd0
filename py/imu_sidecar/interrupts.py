"""SIGUSR1 stops the handler that is running, wherever it is, but never in the middle of a message."""

from __future__ import annotations

import signal
import threading

from .failures import Cancelled


class Interrupts:
    """Where the signal may strike. Used on the main thread only, since Python runs signal handlers there."""

    def __init__(self) -> None:
        self.running = _Running(self)
        self.shield = _Shield(self)
        self._is_running = False
        self._is_shielded = False
        self._is_asked = False

    def install(self) -> None:
        signal.signal(signal.SIGUSR1, self._on_signal)

    def _on_signal(self, _signal: int, _frame: object) -> None:
        if not self._is_running:
            return
        if self._is_shielded:
            self._is_asked = True
            return
        raise Cancelled


class _Running:
    """`with interrupts.running:` a handler runs, and the signal raises Cancelled in it; at other times it is late."""

    def __init__(self, interrupts: Interrupts) -> None:
        self._interrupts = interrupts

    def __enter__(self) -> None:
        self._interrupts._is_asked = False
        self._interrupts._is_running = True

    def __exit__(self, *_error: object) -> None:
        self._interrupts._is_running = False


class _Shield:
    """`with interrupts.shield:` a message is on its way, and a signal waits: half a message would end the bridge."""

    def __init__(self, interrupts: Interrupts) -> None:
        self._interrupts = interrupts

    def __enter__(self) -> None:
        self._interrupts._is_shielded = True

    def __exit__(self, *_error: object) -> None:
        self._interrupts._is_shielded = False
        if self._interrupts._is_asked:
            self._interrupts._is_asked = False
            raise Cancelled


def interrupt_main_thread() -> None:
    """Sends the signal from another thread, so that a blocking call on the main thread returns."""
    signal.pthread_kill(threading.main_thread().ident, signal.SIGUSR1)

"""What must be in place before PyTorch is imported: no noise on the screen, no life after the parent's."""

from __future__ import annotations

import ctypes
import faulthandler
import os
import signal
import sys
import threading
import time

_PR_SET_PDEATHSIG = 1


def protect() -> None:
    """Call first. Reads IMU_SIDECAR_LOG (where all that is printed goes) and IMU_PARENT_PID (who must be alive)."""
    _redirect_output(os.environ.get("IMU_SIDECAR_LOG"))
    # Ctrl-C goes to every process of the terminal; the orchestrator decides what it means for a call.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _die_with_parent(int(os.environ.get("IMU_PARENT_PID", "0")))
    _forget_launcher()


def _redirect_output(log_path: str | None) -> None:
    """Points the descriptors themselves elsewhere, so that C libraries and children follow."""
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    if log_path:
        log = os.open(log_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.close(log)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True)
    # Of a crash, the thread that crashed: the last lines of the log go with the news of it.
    faulthandler.enable(all_threads=False)


def _die_with_parent(parent_pid: int) -> None:
    if parent_pid == 0:
        return
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    else:
        threading.Thread(target=_watch_parent, args=(parent_pid,), daemon=True).start()
    # The parent may have died before the kernel was asked to tell.
    if os.getppid() != parent_pid:
        os._exit(0)


def _watch_parent(parent_pid: int) -> None:
    while os.getppid() == parent_pid:
        time.sleep(0.5)
    os._exit(0)


def _forget_launcher() -> None:
    """Takes the launcher's traces away: its folder would shadow packages, its channel is not for our children."""
    os.environ.pop("NODE_CHANNEL_FD", None)
    os.environ.pop("NODE_CHANNEL_SERIALIZATION_MODE", None)
    launcher = sys.path[0] if sys.path else None
    if launcher is not None and (
        launcher in ("", os.getcwd()) or os.path.exists(os.path.join(launcher, "json_patch.py"))
    ):
        del sys.path[0]

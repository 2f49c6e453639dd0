"""Arrays beside a message that is text: small ones inside it, large ones in a file that the reader removes."""

from __future__ import annotations

import base64
import errno
import os
import tempfile
from collections.abc import Mapping
from typing import Any

import numpy as np

from .codec import Arrays, pack, unpack

# Below this a file costs more than the text that base64 makes.
MAX_INLINE_BYTES = 64 * 1024


def attach(arrays: Arrays) -> dict[str, Any]:
    """What a message says about its arrays: `{"arrays", "base64", "file"}`, of which one of the last two is null."""
    descriptions, chunks = pack(arrays)
    if sum(len(chunk) for chunk in chunks) <= MAX_INLINE_BYTES:
        return {"arrays": descriptions, "base64": base64.b64encode(b"".join(chunks)).decode(), "file": None}
    return {"arrays": descriptions, "base64": None, "file": _write(chunks)}


def detach(attachment: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """The arrays of a message; removes the file they came in."""
    path = attachment["file"]
    if path is None:
        return unpack(attachment["arrays"], base64.b64decode(attachment["base64"]))
    try:
        with open(path, "rb") as file:
            payload = file.read()
    finally:
        os.unlink(path)
    return unpack(attachment["arrays"], payload)


def _write(chunks: list[bytes | memoryview]) -> str:
    """A new file in IMU_EXCHANGE_FOLDER, or in the folder for temporary files where that one is full or missing."""
    folder = os.environ.get("IMU_EXCHANGE_FOLDER", tempfile.gettempdir())
    try:
        return _write_in(folder, chunks)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.ENOENT, errno.EDQUOT):
            raise
        return _write_in(tempfile.gettempdir(), chunks)


def _write_in(folder: str, chunks: list[bytes | memoryview]) -> str:
    # The orchestrator's pid is in the name, so that whoever finds the file later knows whether it is still wanted.
    descriptor, path = tempfile.mkstemp(prefix=f"imu-{os.environ.get('IMU_PARENT_PID', os.getpid())}-", dir=folder)
    try:
        with open(descriptor, "wb") as file:
            file.writelines(chunks)
    except BaseException:
        os.unlink(path)
        raise
    return path

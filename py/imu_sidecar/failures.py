"""Exceptions as data: anything a handler raises becomes one Failure of the contract, exactly once."""

from __future__ import annotations

import sys
import traceback
from typing import Any


class SidecarError(Exception):
    """A failure that the sidecar foresees. `code` is one of FAILURE_CODES; `hint` says what to try."""

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.hint = hint


class Cancelled(BaseException):
    """The orchestrator asked to stop. No Exception, so that no `except Exception` of a library swallows it."""


def to_failure(error: BaseException) -> dict[str, Any]:
    """The contract's Failure as plain data, so that a missing msgspec can be told. Frees a full device's cache."""
    code, message, hint = _explain(error)
    return {
        "code": code,
        "message": message,
        "hint": hint,
        "type": type(error).__name__,
        "stack": _frames(error),
        "cause": _cause(error),
    }


def _explain(error: BaseException) -> tuple[str, str, str]:
    """Code, message and hint."""
    message = str(error) or type(error).__name__
    if isinstance(error, SidecarError):
        return error.code, message, error.hint
    if isinstance(error, Cancelled):
        return "CANCELLED", "The call was cancelled.", ""
    if _is_out_of_memory(error):
        _empty_device_caches()
        return "OUT_OF_MEMORY", message, "Try a smaller batchSize, fewer lanes, or a device with more memory."
    if isinstance(error, ModuleNotFoundError) and error.name and not error.name.startswith(__package__):
        return _missing_package(error.name)
    return "INTERNAL", message, "This is a mistake in imu's sidecar. The stack says where."


def _missing_package(name: str) -> tuple[str, str, str]:
    """Code, message and hint of a package that Python cannot import."""
    package = name.partition(".")[0]
    return (
        "ASSET_MISSING",
        f"The Python package {package!r} is missing from {sys.executable}.",
        "Run `imu env`, or point IMU_PYTHON at an interpreter that has it.",
    )


def _is_out_of_memory(error: BaseException) -> bool:
    if isinstance(error, MemoryError):
        return True
    torch = sys.modules.get("torch")
    if torch is None:
        return False
    # PyTorch says so by type on devices, and only by text on the CPU.
    return isinstance(error, torch.OutOfMemoryError) or "DefaultCPUAllocator: can't allocate memory" in str(error)


def _empty_device_caches() -> None:
    torch = sys.modules.get("torch")
    if torch is None:
        return
    if torch.cuda.is_available() and torch.cuda.is_initialized():
        torch.cuda.empty_cache()
    if torch.backends.mps.is_available():
        torch.mps.empty_cache()


def _frames(error: BaseException) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{frame.filename}:{frame.lineno} in {frame.name}: {frame.line or ''}".rstrip(": ") for frame in frames]


def _cause(error: BaseException) -> str | None:
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return None if cause is None else f"{type(cause).__name__}: {cause}"

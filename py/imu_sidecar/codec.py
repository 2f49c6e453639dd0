"""Messages as text and bytes: the twin of src/protocol/floats.ts and src/sidecar/frames.ts."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .failures import SidecarError

ARRAY_TYPES = ("float32", "float64", "int32", "uint8")

# What one message may weigh, on either side of the bridge.
MAX_MESSAGE_BYTES = 256 * 1024 * 1024

_NON_FINITE = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}

Arrays = Mapping[str, np.ndarray]


def stringify(value: Any) -> str:
    """JSON text; NaN and infinities are {"$f": "nan" | "inf" | "-inf"}. Raises TypeError on what has no JSON form."""
    try:
        text = json.dumps(value, allow_nan=False, separators=(",", ":"))
        # The marker may also be a caller's own key; the slow path tells.
        if '"$f"' not in text:
            return text
    except ValueError:
        pass
    return json.dumps(_encode_non_finite(value), allow_nan=False, separators=(",", ":"))


def parse(text: str | bytes) -> Any:
    """Inverse of stringify. Raises ValueError on text that is not JSON or holds an unknown "$f"."""
    return json.loads(text, object_hook=_decode_non_finite, parse_constant=_refuse_constant)


def _encode_non_finite(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return {"$f": "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"}
    if isinstance(value, Mapping):
        if len(value) == 1 and "$f" in value:
            raise TypeError('the key "$f" is reserved for non-finite numbers')
        return {key: _encode_non_finite(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_encode_non_finite(inner) for inner in value]
    return value


def _decode_non_finite(value: dict[str, Any]) -> Any:
    if len(value) != 1 or "$f" not in value:
        return value
    name = value["$f"]
    if not isinstance(name, str) or name not in _NON_FINITE:
        raise ValueError(f"unknown non-finite number {value!r}")
    return _NON_FINITE[name]


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def pack(arrays: Arrays) -> tuple[list[dict[str, Any]], list[bytes | memoryview]]:
    """Descriptions and bytes of arrays: row-major, little-endian, each at a multiple of 8."""
    descriptions: list[dict[str, Any]] = []
    chunks: list[bytes | memoryview] = []
    offset = 0
    for name, array in arrays.items():
        dtype = array.dtype.newbyteorder("=").name
        if dtype not in ARRAY_TYPES:
            raise TypeError(f"array {name!r} is {dtype}; the bridge carries {', '.join(ARRAY_TYPES)}")
        contiguous = np.ascontiguousarray(array, dtype=np.dtype(dtype).newbyteorder("<"))
        descriptions.append(
            {
                "name": name,
                "dtype": dtype,
                "shape": list(array.shape),
                "offset": offset,
                "numBytes": contiguous.nbytes,
            }
        )
        chunks.append(contiguous.reshape(-1).view(np.uint8).data)
        padding = -contiguous.nbytes % 8
        chunks.append(b"\0" * padding)
        offset += contiguous.nbytes + padding
    _refuse_overweight(offset)
    return descriptions, chunks


def unpack(descriptions: Sequence[Mapping[str, Any]], payload: bytes | bytearray | memoryview) -> dict[str, np.ndarray]:
    """Arrays that a handler may keep and write to. Raises ValueError on a type or length that cannot be."""
    view = memoryview(payload)
    arrays: dict[str, np.ndarray] = {}
    for description in descriptions:
        name, dtype = description["name"], description["dtype"]
        if dtype not in ARRAY_TYPES:
            raise ValueError(f"array {name!r} is {dtype}; the bridge carries {', '.join(ARRAY_TYPES)}")
        start, num_bytes = description["offset"], description["numBytes"]
        if start < 0 or num_bytes < 0 or start + num_bytes > len(view):
            raise ValueError(f"array {name!r} lies outside its message")
        flat = np.frombuffer(view[start : start + num_bytes], dtype=np.dtype(dtype).newbyteorder("<"))
        arrays[name] = flat.astype(dtype, copy=True).reshape(description["shape"])
    return arrays


def encode_frame(header: Mapping[str, Any], arrays: Arrays) -> list[bytes | memoryview]:
    """One message, in pieces: u32 LE header length | JSON header, space-padded | payloads, each at a multiple of 8."""
    descriptions, chunks = pack(arrays)
    text = stringify({**header, "arrays": descriptions}).encode()
    text += b" " * (-(len(text) + 4) % 8)
    frame = [len(text).to_bytes(4, "little"), text, *chunks]
    _refuse_overweight(sum(len(piece) for piece in frame))
    return frame


def _refuse_overweight(num_bytes: int) -> None:
    if num_bytes > MAX_MESSAGE_BYTES:
        raise SidecarError(
            "INVALID_REQUEST",
            f"The message weighs {num_bytes} bytes; it may weigh {MAX_MESSAGE_BYTES}.",
            "Score fewer samples at a time.",
        )


def decode_frame(message: bytes) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Header and arrays of one binary message."""
    length = int.from_bytes(message[:4], "little")
    if len(message) < 4 or 4 + length > len(message):
        raise ValueError("the frame is shorter than its header says")
    header = parse(message[4 : 4 + length])
    arrays = unpack(header.pop("arrays"), memoryview(message)[4 + length :])
    return header, arrays

"""safetensors files that are whole or absent, named by their hash. Nothing here ever unpickles."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import safetensors.torch
from safetensors import SafetensorError
from torch import Tensor, nn

from imu_sidecar.failures import SidecarError

# One key only: safetensors writes several in an order that differs from run to run.
METADATA_KEY = "imu"
MODEL_FORMAT = "imu model 1"
NUM_KEYS_SHOWN = 5


@dataclass(frozen=True)
class WrittenFile:
    """What was written."""

    sha256: str
    size_bytes: int


def write_safetensors(path: Path, tensors: dict[str, Tensor], description: dict[str, Any]) -> WrittenFile:
    """Writes ``path``, which must not exist, and forces it to disk. Equal content gives equal bytes.

    Raises INVALID_REQUEST when the path exists, ASSET_MISSING when its folder does not.
    """
    on_cpu = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    metadata = {METADATA_KEY: json.dumps(description, sort_keys=True, separators=(",", ":"))}
    content = safetensors.torch.save(on_cpu, metadata)
    try:
        with open(path, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        raise SidecarError("INVALID_REQUEST", f"{path} exists already", "Give a path that does not exist.") from None
    except FileNotFoundError:
        raise SidecarError("ASSET_MISSING", f"the folder of {path} does not exist", "Make the folder first.") from None
    return WrittenFile(hashlib.sha256(content).hexdigest(), len(content))


def read_safetensors(path: Path, sha256: str) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Tensors and description of a file that ``write_safetensors`` wrote and whose hash is ``sha256``.

    Raises ASSET_MISSING when there is no such file or its bytes are others, INVALID_REQUEST when it is no
    safetensors file, e.g. a pickled checkpoint.
    """
    try:
        content = Path(path).read_bytes()
    except (FileNotFoundError, IsADirectoryError):
        raise SidecarError("ASSET_MISSING", f"there is no file {path}", "Make it again.") from None
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise SidecarError(
            "ASSET_MISSING",
            f"{path} is not the file that was asked for: its sha256 is {found}, not {sha256}",
            "The file was changed or cut short. Delete it, so that it is made again.",
        )
    try:
        tensors = safetensors.torch.load(content)
    except SafetensorError as error:
        raise SidecarError(
            "INVALID_REQUEST",
            f"{path} is not in safetensors format ({error})",
            "Pickled checkpoints (.pt, .pth, .bin) are never loaded, for they can run code: convert them first.",
        ) from error
    return tensors, read_description(content)


def read_description(content: bytes) -> dict[str, Any]:
    """Our metadata in safetensors bytes: 8 bytes of header size (little-endian), then the header as JSON."""
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    return json.loads(header.get("__metadata__", {}).get(METADATA_KEY, "{}"))


def save_model(model: nn.Module, architecture: dict[str, Any], path: Path) -> WrittenFile:
    """Writes the model's parameters and, as metadata, its architecture."""
    return write_safetensors(path, model.state_dict(), {"format": MODEL_FORMAT, "architecture": architecture})


def load_weights(model: nn.Module, path: Path, sha256: str) -> None:
    """Puts a file's weights into ``model``. Raises INVALID_REQUEST with the first names that do not fit."""
    tensors, _ = read_safetensors(path, sha256)
    problems = mismatches(model.state_dict(), tensors)
    if problems:
        shown = "; ".join(problems[:NUM_KEYS_SHOWN])
        more = f"; and {len(problems) - NUM_KEYS_SHOWN} more" if len(problems) > NUM_KEYS_SHOWN else ""
        raise SidecarError(
            "INVALID_REQUEST",
            f"{path} does not fit the architecture: {shown}{more}",
            "Load it with the architecture it was trained with.",
        )
    model.load_state_dict(tensors)


def mismatches(expected: dict[str, Tensor], found: dict[str, Tensor]) -> list[str]:
    """How two sets of named tensors differ, one sentence per name."""
    missing = [f"{name} is missing" for name in expected if name not in found]
    unknown = [f"{name} is unknown" for name in found if name not in expected]
    misshaped = [
        f"{name} is {list(found[name].shape)}, not {list(tensor.shape)}"
        for name, tensor in expected.items()
        if name in found and found[name].shape != tensor.shape
    ]
    return missing + unknown + misshaped

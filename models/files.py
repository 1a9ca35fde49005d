"""Files that are either whole and verified, or not there."""

import hashlib
import os
import tempfile
from pathlib import Path

from vision.errors import ModelFileError


def read_verified(path: Path, sha256: str) -> bytes:
    """The file's bytes.

    Raises:
        ModelFileError: it cannot be read, or its bytes have another sha256.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelFileError(f"{path}: cannot be read: {error.strerror}") from error
    got = hashlib.sha256(content).hexdigest()
    if got != sha256:
        raise ModelFileError(f"{path}: wanted sha256 {sha256}, got {got}")
    return content


def write_atomically(path: Path, content: bytes, mode: int = 0o644) -> None:
    """Write `content` so that `path` holds either all of it or what it held before.

    Args:
        path: its folder is made when missing.
        content: the whole file.
        mode: permissions of the file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            os.fchmod(stream.fileno(), mode)
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).replace(path)
    finally:
        Path(temporary).unlink(missing_ok=True)

"""Files of named byte strings, encrypted and authenticated, that are there whole or not at all."""

import os
import secrets
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

import numpy as np
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, ValidationError

from vision.errors import SealBroken

Facts = dict[str, str | int | float]
Parts = Mapping[str, NDArray[np.generic]]

_MAGIC = b"citygate-gallery-1\n"
_CHUNK_BYTES = 2**24
_TAG_BYTES = 16
_COUNTER_BYTES = 4
_LARGEST_HEADER = 2**16


class SealedHeader(BaseModel):
    """What a sealed file says openly about itself; the seals of all chunks cover it.

    Attributes:
        facts: words and numbers of the writer.
        nonce: hex of the first 8 bytes of every chunk's nonce.
        parts: names and lengths of the byte strings, in order.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    facts: Facts
    nonce: str = Field(pattern="^[0-9a-f]{16}$")
    parts: dict[str, NonNegativeInt]


def write_sealed(path: Path, key: bytes, facts: Facts, parts: Parts) -> None:
    """Write, flush to the disk, read back, and only then put the file in the place of the old one.

    Args:
        key: 32 bytes for AES-256-GCM.
        parts: contiguous arrays by name; their bytes are written.

    Raises:
        OSError: the disk is full or fails; the old file is as it was.
        SealBroken: what was read back is not what was written; the old file is as it was.
    """
    header = SealedHeader(
        facts=facts, nonce=secrets.token_hex(8), parts={name: part.nbytes for name, part in parts.items()}
    )
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            _write(file, key, header, parts)
            file.flush()
            os.fsync(file.fileno())
        _check(temporary, key)
        temporary.replace(path)
        _flush_folder(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def read_sealed(path: Path, key: bytes) -> tuple[SealedHeader, dict[str, bytearray]]:
    """The header and the parts by name.

    Raises:
        FileNotFoundError: there is no such file.
        SealBroken: it is damaged, cut off, or sealed with another key.
    """
    with path.open("rb") as file:
        line = _read_header_line(file, path)
        header = _parse_header(line, path)
        parts = {name: bytearray() for name in header.parts}
        for name, chunk in _opened_chunks(file, key, line, header):
            parts[name] += chunk
    return header, parts


def _check(path: Path, key: bytes) -> None:
    with path.open("rb") as file:
        line = _read_header_line(file, path)
        for _ in _opened_chunks(file, key, line, _parse_header(line, path)):
            pass


def _opened_chunks(file: BinaryIO, key: bytes, line: bytes, header: SealedHeader) -> Iterator[tuple[str, bytes]]:
    nonces, cipher = _nonces(header), AESGCM(key)
    for name, size in header.parts.items():
        for start, length in _spans(size):
            sealed = file.read(length + _TAG_BYTES)
            try:
                yield name, cipher.decrypt(next(nonces), sealed, line)
            except InvalidTag as error:
                raise SealBroken(
                    f"{name}: damaged or cut off after byte {start}, or sealed with another key"
                ) from error
    if file.read(1):
        raise SealBroken(f"wanted the end of the file after {sum(header.parts.values())} bytes, got more")


def _write(file: BinaryIO, key: bytes, header: SealedHeader, parts: Parts) -> None:
    line = header.model_dump_json().encode() + b"\n"
    file.write(_MAGIC + line)
    nonces, cipher = _nonces(header), AESGCM(key)
    for part in parts.values():
        octets = part.reshape(-1).view(np.uint8)
        for start, length in _spans(octets.size):
            file.write(cipher.encrypt(next(nonces), octets[start : start + length].data, line))


def _read_header_line(file: BinaryIO, path: Path) -> bytes:
    magic = file.read(len(_MAGIC))
    if magic != _MAGIC:
        raise SealBroken(f"{path.name}: wanted a file that begins with {_MAGIC!r}, got {magic!r}")
    return file.readline(_LARGEST_HEADER)


def _parse_header(line: bytes, path: Path) -> SealedHeader:
    try:
        return SealedHeader.model_validate_json(line)
    except ValidationError as error:
        raise SealBroken(f"{path.name}: the header is damaged") from error


def _spans(size: int) -> Iterator[tuple[int, int]]:
    # An empty part has a seal too: a file without any would not prove its header.
    for start in range(0, max(size, 1), _CHUNK_BYTES):
        yield start, min(_CHUNK_BYTES, size - start)


def _nonces(header: SealedHeader) -> Iterator[bytes]:
    prefix = bytes.fromhex(header.nonce)
    for number in range(2 ** (8 * _COUNTER_BYTES)):
        yield prefix + number.to_bytes(_COUNTER_BYTES, "big")


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

"""The file of a backup: a tar of the database, the sealed pictures and, last, a manifest that vouches for both."""

import hashlib
import io
import json
import os
import re
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from vision.errors import ConfigurationError

FORMAT = 1
DATABASE = "citygate.db"
MANIFEST = "manifest.json"

_MEMBER = re.compile(r"citygate\.db|evidence/[A-Za-z0-9_]+\.sealed|manifest\.json")
_CHUNK = 2**20


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds.

    Attributes:
        made_at: ISO 8601, UTC.
        audit_seq, audit_hash: the end of the audit chain in it; the hash in hexadecimal digits.
        numbers: the last number that each table had given.
        files: sha256 of every other member.
        code: of all the above, by the store's own key (`Vault.backup_code`); "" until it is known.
    """

    format: int
    made_at: str
    schema: str
    audit_seq: int
    audit_hash: str
    numbers: Mapping[str, int]
    files: dict[str, str] = field(default_factory=dict)
    code: str = ""

    def content(self) -> bytes:
        """What the code vouches for."""
        return json.dumps(asdict(self) | {"code": ""}, sort_keys=True).encode()

    def encoded(self) -> bytes:
        """As it lies in the archive."""
        return json.dumps(asdict(self), sort_keys=True).encode()

    @classmethod
    def decoded(cls, content: bytes) -> Self:
        """As it was encoded.

        Raises:
            ConfigurationError: bytes of another kind or format.
        """
        try:
            values: dict[str, Any] = json.loads(content)
            found = values.get("format")
            manifest = cls(**values)
        except (ValueError, TypeError, AttributeError) as error:
            raise ConfigurationError("backup: wanted a manifest of Citygate's, got something else") from error
        if found != FORMAT:
            raise ConfigurationError(f"backup: wanted format {FORMAT}, got {found}")
        return manifest


@contextmanager
def new_archive(file: Path) -> Iterator[tarfile.TarFile]:
    """A tar to write into; `file` is there when all of it is on the disk, and else not. Its owner alone may read it.

    Raises:
        ConfigurationError: there is a file already, or it cannot be written.
    """
    if file.exists():
        raise ConfigurationError(f"{file}: wanted a new file, got one that exists")
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            with tarfile.open(fileobj=stream, mode="w") as archive:
                yield archive
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(file)
    except OSError as error:
        raise ConfigurationError(f"{file}: wanted to write it whole, got {error.strerror}") from error
    finally:
        draft.unlink(missing_ok=True)


def put_file(archive: tarfile.TarFile, name: str, path: Path) -> str:
    """Add the file; its sha256.

    Raises:
        FileNotFoundError: it is gone; nothing was added.
    """
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
        stream.seek(0)
        archive.addfile(_member(name, path.stat().st_size), stream)
    return digest


def put_bytes(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    """Add the bytes."""
    archive.addfile(_member(name, len(content)), io.BytesIO(content))


def unpack(file: Path, folder: Path) -> Manifest:
    """Put what the archive holds into the folder; its manifest, every file compared with it.

    Raises:
        ConfigurationError: no backup, or one that was cut off or changed.
    """
    digests: dict[str, str] = {}
    manifest: Manifest | None = None
    try:
        with tarfile.open(file, mode="r:") as archive:
            for member in archive:
                if not member.isfile() or _MEMBER.fullmatch(member.name) is None or member.name in digests:
                    raise ConfigurationError(f"{file}: wanted a backup of Citygate's, got {member.name!r} in it")
                if member.name == MANIFEST:
                    manifest = Manifest.decoded(_content(archive, member))
                else:
                    digests[member.name] = _unpacked(archive, member, folder)
    except (OSError, tarfile.TarError) as error:
        raise ConfigurationError(f"{file}: wanted a whole backup, got {error}") from error
    if manifest is None or manifest.files != digests:
        raise ConfigurationError(f"{file}: wanted a whole backup, got one that was cut off or changed")
    return manifest


def _unpacked(archive: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> str:
    path, digest = folder / member.name, hashlib.sha256()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    source = archive.extractfile(member)
    with path.open("wb") as target:
        while source is not None and (chunk := source.read(_CHUNK)):
            digest.update(chunk)
            target.write(chunk)
    return digest.hexdigest()


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    source = archive.extractfile(member)
    return b"" if source is None else source.read()


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    return member

import hashlib
import os
from pathlib import Path

import pytest

from models.files import read_verified, write_atomically
from vision.errors import ModelFileError


def test_a_file_with_the_listed_sha256_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"weights")
    assert read_verified(path, hashlib.sha256(b"weights").hexdigest()) == b"weights"


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="absent: cannot be read"):
        read_verified(tmp_path / "absent", "0" * 64)


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a"
    write_atomically(path, b"old")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a"]


def test_the_files_mode_is_the_asked_one(tmp_path: Path) -> None:
    write_atomically(tmp_path / "key", b"secret", mode=0o600)
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600

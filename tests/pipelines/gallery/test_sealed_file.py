import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from pipelines.gallery import sealed_file
from pipelines.gallery.sealed_file import read_sealed, write_sealed
from vision.errors import SealBroken

KEY = bytes(range(32))
PARTS = {"a": np.arange(1000, dtype=np.int64), "empty": np.empty((0, 4), np.float32), "b": np.ones((3, 5), np.float32)}


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    path = tmp_path / "gallery.sealed"
    write_sealed(path, KEY, {"model_id": "m", "count": 3}, PARTS)
    return path


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealed_file, "_CHUNK_BYTES", 100)


@contextmanager
def full_disk() -> Iterator[None]:
    """Files end at 4,096 bytes, the one that takes pytest's own words too: kept to the block."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def assert_whole(path: Path) -> None:
    header, parts = read_sealed(path, KEY)
    assert header.facts == {"model_id": "m", "count": 3}
    assert {name: bytes(part) for name, part in parts.items()} == {name: a.tobytes() for name, a in PARTS.items()}


def test_what_was_written_is_read(sealed: Path) -> None:
    assert_whole(sealed)


@pytest.mark.usefixtures("small_chunks")
def test_parts_of_many_chunks_are_read_whole(tmp_path: Path) -> None:
    write_sealed(tmp_path / "x", KEY, {"model_id": "m", "count": 3}, PARTS)
    assert_whole(tmp_path / "x")


def test_the_contents_are_not_readable(sealed: Path) -> None:
    assert PARTS["a"][:10].tobytes() not in sealed.read_bytes()


def test_only_the_owner_may_read_it(sealed: Path) -> None:
    assert sealed.stat().st_mode & 0o777 == 0o600


def test_another_key_is_refused(sealed: Path) -> None:
    with pytest.raises(SealBroken, match="another key"):
        read_sealed(sealed, bytes(32))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="nothing"):
        read_sealed(tmp_path / "nothing", KEY)


@pytest.mark.usefixtures("small_chunks")
def test_every_changed_byte_is_noticed(sealed: Path) -> None:
    whole = sealed.read_bytes()
    places = range(0, len(whole), 97)
    for place in places:
        damaged = bytearray(whole)
        damaged[place] ^= 1
        sealed.write_bytes(damaged)
        with pytest.raises(SealBroken):
            read_sealed(sealed, KEY)
    assert len(places) > 80


@pytest.mark.parametrize("kept", [0, 10, 19, 60, 300, 5000, -1])
def test_a_cut_off_file_is_refused(sealed: Path, kept: int) -> None:
    sealed.write_bytes(sealed.read_bytes()[:kept])
    with pytest.raises(SealBroken):
        read_sealed(sealed, KEY)


def test_more_behind_the_end_is_refused(sealed: Path) -> None:
    sealed.write_bytes(sealed.read_bytes() + b"x")
    with pytest.raises(SealBroken, match="wanted the end"):
        read_sealed(sealed, KEY)


def test_chunks_in_another_order_are_refused(tmp_path: Path, small_chunks: None) -> None:
    path = tmp_path / "x"
    write_sealed(path, KEY, {}, {"a": np.zeros(200, np.uint8)})
    whole = path.read_bytes()
    start = whole.index(b"\n", len(b"citygate-gallery-1\n")) + 1
    first, second = whole[start : start + 116], whole[start + 116 :]
    assert len(second) == 116  # 100 bytes and 16 of the seal
    path.write_bytes(whole[:start] + second + first)
    with pytest.raises(SealBroken):
        read_sealed(path, KEY)


def test_a_full_disk_keeps_the_old_file_and_leaves_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "x"
    write_sealed(path, KEY, {}, {"a": np.zeros(10, np.uint8)})
    with full_disk(), pytest.raises(OSError, match="File too large"):
        write_sealed(path, KEY, {}, {"a": np.zeros(100_000, np.uint8)})
    assert bytes(read_sealed(path, KEY)[1]["a"]) == bytes(10)
    assert [file.name for file in tmp_path.iterdir()] == ["x"]


def test_a_disk_that_loses_bytes_silently_is_noticed(sealed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def lose_the_end(handle: int) -> None:
        os_truncate(handle, 2000)

    os_truncate = sealed_file.os.truncate
    monkeypatch.setattr(sealed_file.os, "fsync", lose_the_end)
    with pytest.raises(SealBroken):
        write_sealed(sealed, KEY, {}, {"a": np.ones(9000, np.uint8)})
    monkeypatch.undo()
    assert_whole(sealed)
    assert [file.name for file in sealed.parent.iterdir()] == [sealed.name]

"""Video files as cameras."""

import struct
import threading
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from pipelines.ingest.source import open_source
from tests.fakes import NOW, FakeClock
from tests.pipelines.ingest.films import camera, write_film
from vision.errors import SourceError
from vision.types import Frame


def read(path: Path, options: str = "", fps: float | None = None) -> tuple[list[Frame], str | None]:
    """The frames, and the reason why there were no more; None: they ended well."""
    frames: list[Frame] = []
    reason = None
    try:
        source = open_source(camera(path.as_uri() + options, fps=fps), FakeClock())
        frames.extend(source.frames(threading.Event()))
    except SourceError as error:
        reason = error.reason
    return frames, reason


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "avi"])
def test_every_frame_comes_at_its_time(tmp_path: Path, suffix: str) -> None:
    frames, reason = read(write_film(tmp_path / f"film.{suffix}", frames=12))
    assert reason is None
    assert [frame.seq for frame in frames] == list(range(12))
    assert [round((frame.captured_at - NOW).total_seconds(), 3) for frame in frames] == [n / 10 for n in range(12)]
    assert frames[0].image.shape == (120, 160, 3)
    assert not frames[0].image.flags.writeable
    assert frames[11].image.mean() > frames[0].image.mean() + 50  # ten grey levels brighter from one to the next


def test_a_film_of_one_frame_is_one_frame(tmp_path: Path) -> None:
    frames, reason = read(write_film(tmp_path / "film.mp4", frames=1))
    assert (len(frames), reason) == (1, None)


def test_a_rate_thins_the_frames_and_leaves_their_numbers(tmp_path: Path) -> None:
    frames, reason = read(write_film(tmp_path / "film.mp4", frames=20), fps=2)
    assert [frame.seq for frame in frames] == [0, 5, 10, 15]
    assert reason is None


def test_a_file_that_is_not_there_is_not_found(tmp_path: Path) -> None:
    assert read(tmp_path / "film.mp4") == ([], "not_found")


@pytest.mark.parametrize("content", [b"", b"no film at all" * 100])
def test_a_file_that_is_no_film_is_damaged(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "film.mp4").write_bytes(content)
    assert read(tmp_path / "film.mp4") == ([], "damaged")


def test_a_film_cut_off_before_its_index_gives_nothing(tmp_path: Path) -> None:
    film = write_film(tmp_path / "film.mp4", frames=40)
    film.write_bytes(film.read_bytes()[: film.stat().st_size // 2])
    assert read(film) == ([], "damaged")


@pytest.mark.parametrize(("suffix", "reason"), [("mp4", "damaged"), ("mkv", "truncated")])
def test_a_film_cut_off_in_the_middle_does_not_end_well(tmp_path: Path, suffix: str, reason: str) -> None:
    film = write_film(tmp_path / f"film.{suffix}", frames=60, moov_first=suffix == "mp4")
    film.write_bytes(film.read_bytes()[: film.stat().st_size // 2])
    frames, got = read(film)
    assert 10 < len(frames) < 50
    assert got == reason


def test_damage_in_the_middle_costs_some_frames_and_is_told_at_the_end(tmp_path: Path) -> None:
    film = write_film(tmp_path / "film.mp4", frames=60, moov_first=True)
    content = bytearray(film.read_bytes())
    middle = len(content) // 2
    content[middle : middle + len(content) // 10] = bytes(len(content) // 10)
    film.write_bytes(content)
    frames, reason = read(film)
    assert 30 < len(frames) < 60
    assert frames[-1].captured_at > NOW + timedelta(seconds=5)
    assert reason == "damaged"


def test_a_film_that_says_it_lies_on_its_side_is_set_upright(tmp_path: Path) -> None:
    film = write_film(tmp_path / "film.mp4", frames=1)
    (lying,), _ = read(film)
    content = bytearray(film.read_bytes())
    # ISO 14496-12, track header of version 0: the matrix comes 40 bytes after the box's name; this one shows a point
    # (x, y) at (-y, x): a quarter turn clockwise.
    at = content.index(b"tkhd") + 4 + 40
    content[at : at + 36] = struct.pack(">9i", 0, 1 << 16, 0, -1 << 16, 0, 0, 0, 0, 1 << 30)
    film.write_bytes(content)
    (upright,), reason = read(film)
    assert reason is None
    assert np.array_equal(upright.image, np.rot90(lying.image, -1))


def test_a_film_played_live_keeps_real_time(tmp_path: Path) -> None:
    film = write_film(tmp_path / "film.mp4", frames=6)
    stopping = threading.Event()
    source = open_source(camera(film.as_uri() + "?play=live"))
    frames = list(source.frames(stopping))
    assert len(frames) == 6
    # captured_at follows the real clock, for the film is anchored to it: 5 frames later 0.5 s have passed.
    assert (frames[5].captured_at - frames[0].captured_at).total_seconds() == pytest.approx(0.5, abs=0.01)
    assert source.live


def test_a_looped_film_goes_on_with_later_times_until_it_is_stopped(tmp_path: Path) -> None:
    film = write_film(tmp_path / "film.mp4", frames=3)
    stopping = threading.Event()
    frames: list[Frame] = []
    for frame in open_source(camera(film.as_uri() + "?play=loop")).frames(stopping):
        frames.append(frame)
        if len(frames) == 8:
            stopping.set()
    assert [frame.seq for frame in frames] == list(range(8))
    times = [frame.captured_at for frame in frames]
    assert times == sorted(set(times))


def test_a_looped_file_that_is_no_film_fails_instead_of_turning_round_and_round(tmp_path: Path) -> None:
    (tmp_path / "film.mp4").write_bytes(b"")
    assert read(tmp_path / "film.mp4", "?play=loop") == ([], "damaged")

"""A folder of pictures as a camera."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest

from pipelines.ingest.folder import FolderSource
from pipelines.ingest.source import open_source
from tests.fakes import NOW, FakeClock
from tests.pipelines.ingest.films import camera, jpeg
from vision.errors import SourceError
from vision.types import Frame


def frames(folder: Path, fps: float | None = None) -> list[Frame]:
    source = open_source(camera(folder.as_uri(), fps=fps), FakeClock())
    assert isinstance(source, FolderSource)
    return list(source.frames(threading.Event()))


def test_pictures_come_by_name_one_a_second(tmp_path: Path) -> None:
    for name in ("b.JPG", "a.png", "notes.txt"):
        (tmp_path / name).write_bytes(jpeg())
    got = frames(tmp_path)
    assert [frame.seq for frame in got] == [0, 1]
    assert [frame.captured_at for frame in got] == [NOW, NOW + timedelta(seconds=1)]
    assert got[0].image.shape == (120, 160, 3)


def test_a_rate_sets_the_distance_of_the_pictures(tmp_path: Path) -> None:
    for name in ("a.jpg", "b.jpg"):
        (tmp_path / name).write_bytes(jpeg())
    got = frames(tmp_path, fps=4)
    assert [frame.captured_at for frame in got] == [NOW, NOW + timedelta(seconds=0.25)]


def test_one_picture_is_one_frame(tmp_path: Path) -> None:
    (tmp_path / "only.jpg").write_bytes(jpeg())
    assert len(frames(tmp_path)) == 1


def test_an_empty_folder_is_no_empty_film(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as caught:
        frames(tmp_path)
    assert caught.value.reason == "no_pictures"


def test_a_damaged_picture_is_named_by_its_number_alone(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg())
    (tmp_path / "Eileen_Collins.jpg").write_bytes(jpeg()[:500])
    with pytest.raises(SourceError, match=r"picture 1 of 2: damaged") as caught:
        frames(tmp_path)
    assert "Eileen" not in str(caught.value)
    assert caught.value.__context__ is None


def test_a_folder_that_went_is_not_found(tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    source = open_source(camera(folder.as_uri()), FakeClock())
    folder.rmdir()
    with pytest.raises(SourceError) as caught:
        list(source.frames(threading.Event()))
    assert caught.value.reason == "not_found"


def test_a_stop_ends_it_between_two_pictures(tmp_path: Path) -> None:
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        (tmp_path / name).write_bytes(jpeg())
    stopping = threading.Event()
    got = []
    for frame in open_source(camera(tmp_path.as_uri()), FakeClock()).frames(stopping):
        got.append(frame)
        stopping.set()
    assert len(got) == 1

"""Cameras from a TOML file."""

import re
from pathlib import Path

import pytest

from pipelines.cameras import join_cameras, read_cameras
from tests.fakes import NOW, FakeClock
from tests.pipelines.ingest.films import camera
from vision.errors import ConfigurationError

URL = "rtsp://admin:hunter2@10.0.0.7/stream"


def written(folder: Path, text: str) -> Path:
    path = folder / "cameras.toml"
    path.write_text(text, "utf-8")
    return path


def refused(folder: Path, text: str) -> str:
    """The message of the refusal; it never holds the password, nor what was thrown on the way."""
    with pytest.raises(ConfigurationError) as caught:
        read_cameras(written(folder, text), FakeClock())
    chain: BaseException | None = caught.value
    while chain is not None:
        assert "hunter2" not in str(chain)
        chain = chain.__cause__ or chain.__context__
    return str(caught.value)


def test_cameras_come_in_the_order_of_the_file(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        f"""
        [[cameras]]
        id = "north"
        url = "{URL}"
        gate_id = "main"
        fps = 5

        [[cameras]]
        id = "clip"
        url = "file:///clips/gate.mp4?play=loop"
        lane = "face"
        """,
    )
    north, clip = read_cameras(path, FakeClock())
    assert (north.id, north.url, north.lane, north.gate_id, north.fps) == ("north", URL, "face", "main", 5.0)
    assert (clip.id, clip.gate_id, clip.fps, clip.created_at) == ("clip", None, None, NOW)
    assert "hunter2" not in repr(north)


def test_a_plate_camera_names_the_parking_lane_that_it_watches(tmp_path: Path) -> None:
    text = f'[[cameras]]\nid = "entry"\nurl = "{URL}"\nlane = "plate"\nlane_id = "garage/in"\n'
    (entry,) = read_cameras(written(tmp_path, text), FakeClock())
    assert (entry.lane, entry.lane_id, entry.gate_id) == ("plate", "garage/in", None)


def test_a_file_may_hold_no_camera_but_must_say_so(tmp_path: Path) -> None:
    assert read_cameras(written(tmp_path, "cameras = []")) == ()
    assert "cameras: Field required" in refused(tmp_path, "")


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ('lane = "plates"', "lane"),
        ("fps = 0", "fps"),
        ("fps = nan", "fps"),
        ('fps = "5"', "wanted a number"),
        ("fps = true", "wanted a number"),
        ('gate_id = "Main Gate"', "gate_id"),
        ('lane_id = "garage/in"', "wanted lane plate"),
        ('lane = "plate"\nlane_id = "garage"', "lane_id"),
        ('lane = "plate"\ngate_id = "main"', "wanted lane face"),
        ("password = 'hunter2'", "password: Extra inputs"),
        ("url = 'again'", "wanted TOML"),
    ],
)
def test_wrong_values_are_refused_with_their_place(tmp_path: Path, line: str, wanted: str) -> None:
    message = refused(tmp_path, f'[[cameras]]\nid = "north"\nurl = "{URL}"\n{line}\n')
    assert wanted in message
    assert "cameras.toml" in message


def test_an_id_that_is_no_slug_is_refused(tmp_path: Path) -> None:
    assert "cameras.0.id" in refused(tmp_path, f'[[cameras]]\nid = "North Gate"\nurl = "{URL}"\n')


def test_a_url_of_another_scheme_is_refused_with_the_cameras_id(tmp_path: Path) -> None:
    message = refused(tmp_path, '[[cameras]]\nid = "north"\nurl = "ftp://admin:hunter2@host/x"\n')
    assert "camera north: camera URL: wanted a scheme of file" in message


def test_a_url_that_is_no_text_is_refused(tmp_path: Path) -> None:
    assert "cameras.0.url" in refused(tmp_path, '[[cameras]]\nid = "north"\nurl = ["hunter2"]\n')


def test_one_id_twice_is_refused(tmp_path: Path) -> None:
    entry = f'[[cameras]]\nid = "north"\nurl = "{URL}"\n'
    assert "got north more than once" in refused(tmp_path, entry + entry)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_cameras(tmp_path / "none.toml")


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cameras.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigurationError, match="UTF-8"):
        read_cameras(path)


def test_file_and_database_are_joined_and_must_not_share_an_id() -> None:
    north, south = camera(URL, "north"), camera(URL, "south")
    assert join_cameras([north], [south]) == (north, south)
    with pytest.raises(ConfigurationError, match="got north more than once"):
        join_cameras([north], [south, north])


STREET = f"""
[[cameras]]
id = "quay-3"
url = "{URL}"
lane = "street"

[cameras.street]
time_zone = "Asia/Shanghai"

[[cameras.street.zones]]
id = "pavement"
points = [[0.0, 0.5], [1.0, 0.5], [1.0, 1.0]]
rules = [{{ rule = "thing", kind = "L07" }}]
"""


def test_a_street_camera_brings_its_zones_and_rules(tmp_path: Path) -> None:
    (quay,) = read_cameras(written(tmp_path, STREET), FakeClock())
    assert quay.street is not None
    assert [(zone.id, zone.rules[0].kind) for zone in quay.street.zones] == [("pavement", "L07")]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"L07"', '"L05"', "cameras.0.street.zones.0: .*for a thing rule, got 'L05'"),
        ("[1.0, 1.0]]", "[9.0, 1.0]]", "from 0 to 1, got 9.0, 1.0"),
        ('lane = "street"', 'lane = "face"', "street settings with lane street and nowhere else"),
    ],
)
def test_wrong_street_settings_are_refused_with_their_place(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert re.search(message, refused(tmp_path, STREET.replace(old, new)))

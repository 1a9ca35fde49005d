"""The file of a street camera: what is read, and what is refused with wanted and got."""

from datetime import time
from pathlib import Path

import pytest

from pipelines.street.drawing import CAMERA_FAULT, KINDS, KINDS_WITHOUT_CLASSES
from pipelines.street.kinds import read_kinds
from pipelines.street_cameras import StreetCamera, read_street_camera
from vision.errors import ConfigurationError
from vision.street_rules import VEHICLES, ParkingRule

GOOD = """
id = "north"
fps = 2
time_zone = "Asia/Shanghai"

[health]
start_after_s = 8

[[zones]]
id = "kerb"
points = [[0.1, 0.6], [0.9, 0.6], [0.9, 0.9], [0.1, 0.9]]

[[zones.rules]]
rule = "parking"
kind = "09009"
hours = [["07:00", "22:00"]]

[[zones.rules]]
rule = "thing"
kind = "L07"

[[lines]]
id = "stop"
points = [[0.0, 0.5], [1.0, 0.5]]
"""


def read(tmp_path: Path, text: str) -> StreetCamera:
    path = tmp_path / "camera.toml"
    path.write_text(text, "utf-8")
    return read_street_camera(path)


def test_a_camera_has_zones_rules_and_lines_with_defaults(tmp_path: Path) -> None:
    camera = read(tmp_path, GOOD)
    assert (camera.id, camera.fps, camera.health.start_after_s) == ("north", 2.0, 8.0)
    parking, thing = camera.zones[0].rules
    assert isinstance(parking, ParkingRule)
    assert (parking.classes, parking.hours) == (VEHICLES, ((time(7), time(22)),))
    assert (thing.kind, camera.lines[0].kind) == ("L07", None)


def test_a_camera_without_zones_is_watched_for_its_own_health(tmp_path: Path) -> None:
    assert read(tmp_path, 'id = "north"').zones == ()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[0.9, 0.9], [0.1, 0.9]", "[0.1, 0.9], [0.9, 0.9]", "zones.0.points: .*does not cross itself"),
        ("[0.1, 0.6], [0.9, 0.6]", "[0.1, 0.6], [1.9, 0.6]", "zones.0.points: .*from 0 to 1, got 1.9, 0.6"),
        (", [0.9, 0.9], [0.1, 0.9]]", "]", "zones.0.points: .*at least 3 points, got 2"),
        ('"09009"', '"09999"', "zones.0: .*wanted one of 09009, .* for a parking rule, got '09999'"),
        ('"parking"', '"flying"', "zones.0.rules.0: .*flying"),
        ('"kerb"', '"stop"', "wanted different ids of zones and lines, got stop"),
        ('"kerb"', '"the kerb"', "zones.0.id"),
        ('"Asia/Shanghai"', '"Chongqing"', "wanted a time zone such as Asia/Shanghai, got 'Chongqing'"),
        ("fps = 2", 'fps = "2"', "fps: .*got '2'"),
        ("fps = 2", "fps = 0", "fps: .*got 0"),
        ("fps = 2", "fbs = 2", "fbs: Extra inputs"),
        ("fps = 2", "lost_after_s = inf", "lost_after_s: .*finite number, got inf"),
        ("start_after_s = 8", "learn_s = nan", "health.learn_s: .*finite number, got nan"),
        ("[1.0, 0.5]]", "[0.0, 0.5]]", "lines.0: .*2 different points"),
        ("[1.0, 0.5]]", '[1.0, 0.5]]\nclasses = ["bus", "mover"]', "lines.0: .*alone, got bus, mover"),
        ("fps = 2", "fps = ", "wanted TOML"),
    ],
)
def test_what_is_wrong_is_named_with_wanted_and_got(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in GOOD
    with pytest.raises(ConfigurationError, match=message):
        read(tmp_path, GOOD.replace(old, new, 1))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_street_camera(tmp_path / "nowhere.toml")


def test_the_kinds_are_codes_of_the_catalogue() -> None:
    kinds = {kind for kinds in KINDS.values() for kind in kinds}
    assert all(kind.startswith("L") or len(kind) == 5 for kind in kinds)
    assert {"L07", "09012", "L05", "L09", "01037", "02014"} <= kinds


def test_every_kind_is_in_the_catalogue_and_what_needs_no_class_is_found_by_picture_statistics() -> None:
    catalogue = read_kinds()
    assert {kind for kinds in KINDS.values() for kind in kinds} <= set(catalogue.by_code)
    # L07, 06014, 06036, 08002, 09005, 09012, 09019; a lamp, a traffic light, water; the camera itself
    assert len(KINDS_WITHOUT_CLASSES) == 11
    for code in KINDS_WITHOUT_CLASSES:
        assert ("picture_statistics",) in [way.by for way in catalogue.get(code).ways]
    assert catalogue.get(CAMERA_FAULT).camera_health


def test_settings_name_the_kinds_that_need_a_detector(tmp_path: Path) -> None:
    camera = read(tmp_path, GOOD)
    assert camera.settings.silent_kinds(frozenset()) == ("09009",)
    assert camera.settings.silent_kinds(frozenset({"person"})) == ("09009",)
    assert camera.settings.silent_kinds(frozenset({"truck"})) == ()
    left = GOOD.replace('rule = "parking"', 'rule = "thing"').replace("09009", "09012")
    assert read(tmp_path, left).settings.silent_kinds(frozenset()) == ()


def test_a_line_that_counts_all_that_moves_needs_no_detector(tmp_path: Path) -> None:
    kind = '[1.0, 0.5]]\nkind = "L04"'
    for line, silent in ((kind, ("09009", "L04")), (kind + '\nclasses = ["mover"]', ("09009",))):
        camera = read(tmp_path, GOOD.replace("[1.0, 0.5]]", line))
        assert camera.settings.silent_kinds(frozenset()) == silent


def test_what_a_file_watches_for_can_be_watched_for_by_another_camera(tmp_path: Path) -> None:
    camera = read(tmp_path, GOOD)
    again = camera.settings.camera("south")
    assert (again.id, again.fps, again.zones, again.time_zone) == ("south", 3.0, camera.zones, camera.time_zone)


@pytest.mark.shared_data
def test_the_kinds_are_in_the_proposed_catalogue(shared: Path) -> None:
    lines = (shared / "street" / "kinds.tsv").read_text("utf-8").splitlines()[1:]
    catalogue = {line.split("\t")[1] for line in lines}
    assert len(catalogue) == 54
    assert {kind for kinds in KINDS.values() for kind in kinds} <= catalogue

"""Cameras on record: what they watch, and who may see them."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from pipelines.records.gate_values import Camera
from pipelines.street_cameras import StreetSettings
from tests.fakes import NOW
from tests.pipelines.garage import LOT, Garage
from vision.errors import BadInput, ConfigurationError, Conflict, NotFound

ENTRY = Camera("entry", "rtsp://user:secret@10.0.0.8/a", "plate", NOW, lane_id=f"{LOT}/in")


@pytest.fixture
def garage(tmp_path: Path) -> Iterator[Garage]:
    garage = Garage(tmp_path)
    yield garage
    garage.close()


def test_a_plate_camera_keeps_its_parking_lane(garage: Garage) -> None:
    garage.store.cameras.create(ENTRY, actor="test")
    assert garage.store.cameras.get("entry") == ENTRY


def test_a_parking_lane_that_is_not_there_is_refused(garage: Garage) -> None:
    for place in (f"{LOT}/none", "none/in"):
        with pytest.raises(NotFound, match=place):
            garage.store.cameras.create(replace(ENTRY, lane_id=place), actor="test")


def test_a_camera_is_seen_with_the_purpose_of_its_lot(garage: Garage) -> None:
    garage.store.cameras.create(ENTRY, actor="test")
    garage.store.cameras.create(Camera("nobodys", "rtsp://10.0.0.9/a", "plate", NOW), actor="test")
    viewer, _ = garage.store.keys.create("a", [], ["parking"], None, actor="test")
    stranger, _ = garage.store.keys.create("b", [], ["building-access"], None, actor="test")
    assert [one.id for one in garage.store.cameras.list(viewer=viewer).items] == ["entry", "nobodys"]
    assert [one.id for one in garage.store.cameras.list(viewer=stranger).items] == ["nobodys"]
    with pytest.raises(NotFound):
        garage.store.cameras.get("entry", stranger)


def test_when_its_lane_goes_the_camera_stays_without_one(garage: Garage) -> None:
    garage.store.cameras.create(ENTRY, actor="test")
    garage.records.lanes.delete(LOT, "in", actor="test")
    assert garage.store.cameras.get("entry").lane_id is None


STREET = StreetSettings.model_validate(
    {
        "time_zone": "Asia/Shanghai",
        "health": {"learn_s": 5},
        "zones": [
            {
                "id": "quay",
                "points": [[0, 0], [1, 0], [1, 1]],
                "rules": [
                    {"rule": "thing", "kind": "L07", "hours": [["22:00", "06:30"]]},
                    {"rule": "lights", "kind": "02014", "lamps": {"red": [[0, 0], [0.1, 0], [0.1, 0.1]]}},
                    {"rule": "wrong_way", "kind": "L05", "direction": [-1, 0]},
                ],
            }
        ],
        "lines": [{"id": "stop", "points": [[0, 0.5], [1, 0.5]], "kind": "L04"}],
    }
)
QUAY = Camera("quay-3", "rtsp://10.0.0.9/a", "street", NOW, street=STREET)


def test_a_street_camera_keeps_its_zones_and_rules(garage: Garage) -> None:
    garage.store.cameras.create(QUAY, actor="test")
    assert garage.store.cameras.get("quay-3") == QUAY


def test_settings_that_another_version_stored_are_refused_by_name(garage: Garage) -> None:
    garage.store.cameras.create(QUAY, actor="test")
    with sqlite3.connect(garage.settings.home / "citygate.db") as database:
        database.execute("UPDATE cameras SET street = replace(street, '02014', '02099')")
    database.close()
    with pytest.raises(ConfigurationError, match=r"quay-3: its street settings no longer fit: zones\.0.* got '02099'"):
        garage.store.cameras.get("quay-3")


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"lane": "face"}, "lane plate"),
        ({"gate_id": "north"}, "lane face"),
        ({"lane_id": "north"}, "LOT/LANE"),
        ({"lane_id": "north/in/2"}, "LOT/LANE"),
    ],
)
def test_what_does_not_belong_together_is_refused(changes: dict[str, str], wanted: str) -> None:
    with pytest.raises(BadInput, match=wanted):
        replace(ENTRY, **changes)


def test_a_changed_camera_keeps_its_age_and_the_audit_says_what_is_different_but_no_address(garage: Garage) -> None:
    garage.store.cameras.create(ENTRY, actor="test")
    changed = replace(ENTRY, url="rtsp://user:other@10.0.0.8/b", fps=2.0, created_at=NOW + timedelta(days=1))
    assert garage.store.cameras.change(changed, actor="test") == replace(changed, created_at=NOW)
    assert garage.store.cameras.get("entry") == replace(changed, created_at=NOW)
    last = garage.store.audit.list().items[-1].note
    assert (last.action, last.target, last.details) == ("camera.changed", "entry", {"fields": "url, fps"})


def test_a_camera_that_is_not_there_or_would_look_for_something_else_is_not_changed(garage: Garage) -> None:
    with pytest.raises(NotFound):
        garage.store.cameras.change(ENTRY, actor="test")
    garage.store.cameras.create(ENTRY, actor="test")
    with pytest.raises(NotFound, match="none"):
        garage.store.cameras.change(replace(ENTRY, lane_id=f"{LOT}/none"), actor="test")
    with pytest.raises(Conflict, match="wanted lane plate, got face"):
        garage.store.cameras.change(replace(ENTRY, lane="face", lane_id=None), actor="test")
    assert garage.store.cameras.get("entry") == ENTRY

"""Cameras on record: what they watch, and who may see them."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.records.gate_values import Camera
from tests.fakes import NOW
from tests.pipelines.garage import LOT, Garage
from vision.errors import BadInput, NotFound

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

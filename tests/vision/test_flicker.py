"""What should flicker and does not."""

import numpy as np
import pytest
import supervision as sv

from vision.flicker import FlickerGate, FlickerLimits
from vision.types import Image

STILL: Image = np.full((60, 100, 3), 90, np.uint8)


def detections(*boxes: tuple[str, float, float, float, float]) -> sv.Detections:
    return sv.Detections(
        xyxy=np.array([box[1:] for box in boxes], np.float32).reshape(-1, 4),
        confidence=np.full(len(boxes), 0.9, np.float32),
        class_id=np.zeros(len(boxes), int),
        data={"class_name": np.array([box[0] for box in boxes])},
    )


def names(found: sv.Detections) -> list[str]:
    return [] if len(found) == 0 else list(found.data["class_name"])


BOTH = detections(("fire", 10, 10, 30, 30), ("car", 10, 10, 30, 30))


def stirred(rows: int) -> Image:
    """The still picture with some rows of the fire's 20 brighter."""
    image = STILL.copy()
    image[10 : 10 + rows, 10:30] = 200
    return image


def test_nothing_is_known_to_flicker_in_the_first_frame_and_a_car_need_not() -> None:
    assert names(FlickerGate(FlickerLimits()).kept(BOTH, STILL)) == ["car"]


def test_what_keeps_still_is_no_fire() -> None:
    gate = FlickerGate(FlickerLimits())
    gate.kept(BOTH, STILL)
    assert names(gate.kept(BOTH, STILL.copy())) == ["car"]


@pytest.mark.parametrize(("rows", "found"), [(2, ["fire", "car"]), (1, ["car"])])
def test_a_share_of_the_boxs_pixels_must_change(rows: int, found: list[str]) -> None:
    # 2 of 20 rows are 0.1 of the box.
    gate = FlickerGate(FlickerLimits(share=0.1))
    gate.kept(BOTH, STILL)
    assert names(gate.kept(BOTH, stirred(rows))) == found


def test_a_change_elsewhere_is_not_its_own() -> None:
    gate = FlickerGate(FlickerLimits())
    smoke = detections(("smoke", 60, 10, 90, 40))
    gate.kept(smoke, STILL)
    assert names(gate.kept(smoke, stirred(20))) == []


def test_a_frame_of_another_size_begins_anew_and_a_box_at_the_border_is_looked_at() -> None:
    gate = FlickerGate(FlickerLimits())
    corner = detections(("smoke", 99.5, 59.5, 100, 60))
    gate.kept(corner, STILL[:30, :50])
    assert names(gate.kept(corner, STILL)) == []
    assert names(gate.kept(corner, STILL + np.uint8(50))) == ["smoke"]


def test_a_large_picture_is_compared_small() -> None:
    gate = FlickerGate(FlickerLimits(width_px=80))
    large = np.full((600, 1000, 3), 90, np.uint8)
    fire = detections(("fire", 100, 100, 300, 300))
    gate.kept(fire, large)
    brighter = large.copy()
    brighter[100:300, 100:300] = 140
    assert names(gate.kept(fire, brighter)) == ["fire"]


def test_where_no_share_is_wanted_everything_is_kept() -> None:
    assert names(FlickerGate(FlickerLimits(share=0)).kept(BOTH, STILL)) == ["fire", "car"]


def test_no_detections_stay_none() -> None:
    assert len(FlickerGate(FlickerLimits()).kept(sv.Detections.empty(), STILL)) == 0

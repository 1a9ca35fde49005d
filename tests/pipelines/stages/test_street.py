"""The street stage: a drawn street, with and without a detector that knows the drawing."""

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest
import supervision as sv

from pipelines.stages.street import StreetStage
from pipelines.street_cameras import StreetCamera
from tests.vision.street_pictures import HEIGHT, WIDTH, at, street, taken, with_bag
from vision.incidents import Incident
from vision.types import Frame, Image

FPS = 3
WHOLE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
Boxes = list[tuple[str, float, float, float, float]]


class DrawnDetector:
    """Says what the drawing holds at each frame, in the order of the calls."""

    def __init__(self, frames: list[Boxes]) -> None:
        self._frames = iter(frames)

    def detect(self, image: Image) -> sv.Detections:
        boxes = next(self._frames)
        if not boxes:
            return sv.Detections.empty()
        return sv.Detections(
            xyxy=np.array([box[1:] for box in boxes], np.float32),
            confidence=np.full(len(boxes), 0.9, np.float32),
            class_id=np.zeros(len(boxes), int),
            data={"class_name": np.array([box[0] for box in boxes])},
        )


def camera(*rules: dict[str, Any], lines: tuple[dict[str, Any], ...] = (), **settings: Any) -> StreetCamera:
    zones = [{"id": "all", "points": WHOLE, "rules": rules}] if rules else []
    return StreetCamera.model_validate({"id": "north", "zones": zones, "lines": lines, **settings})


def played(stage: StreetStage, pictures: list[Image]) -> list[Incident]:
    frames = (
        Frame("north", number, at(number / FPS), taken(picture, number)) for number, picture in enumerate(pictures)
    )
    return [one for frame in frames for one in stage.process(frame)]


def told(incidents: list[Incident]) -> list[tuple[str, str, str]]:
    return [(one.phase, one.kind, one.detail) for one in incidents]


BAG_RULE = {"rule": "thing", "kind": "L07", "start_after_s": 5, "end_after_s": 4}
EMPTY = [street()] * 20
BLACK = [np.zeros((HEIGHT, WIDTH, 3), np.uint8)]


def test_a_left_bag_is_one_incident_without_any_detector() -> None:
    incidents = played(StreetStage(camera(BAG_RULE)), EMPTY + [with_bag(street())] * 40 + EMPTY * 2)
    assert told(incidents) == [("start", "L07", ""), ("end", "L07", "")]
    assert len({one.incident_id for one in incidents}) == 1
    # put down at 6.67 s
    assert abs((incidents[0].started_at - at(6.67)).total_seconds()) < 2
    assert incidents[0].zone_id == "all"


def test_an_empty_street_is_silent() -> None:
    stage = StreetStage(camera(BAG_RULE))
    assert played(stage, EMPTY * 4) == []
    assert stage.finish() == []


def test_a_black_camera_is_told_and_ends_nothing_else() -> None:
    bag = [with_bag(street())]
    incidents = played(StreetStage(camera(BAG_RULE)), EMPTY + bag * 30 + BLACK * 60 + bag * 30)
    assert told(incidents) == [("start", "L07", ""), ("start", "01050", "black"), ("end", "01050", "black")]
    assert incidents[1].zone_id is None


def test_nothing_begins_while_the_camera_is_covered() -> None:
    boxes: list[Boxes] = [[("person", 100, 60, 120, 140)]] * 80
    stage = StreetStage(camera({"rule": "intrusion", "kind": "L04"}), DrawnDetector(boxes))
    assert [one.kind for one in played(stage, BLACK * 60)] == ["01050"]


def test_a_frozen_picture_is_told_after_its_own_time_and_stops_nothing_before() -> None:
    stage = StreetStage(camera(BAG_RULE))
    frozen = taken(with_bag(street()), 7)
    frames = [Frame("north", n, at(n / FPS), taken(street(), n)) for n in range(20)]
    frames += [Frame("north", n, at(n / FPS), frozen) for n in range(20, 160)]
    incidents = [one for frame in frames for one in stage.process(frame)]
    assert told(incidents) == [("start", "L07", ""), ("start", "01050", "frozen")]


def test_a_detectors_tracks_feed_the_rules() -> None:
    parked: Boxes = [("car", 100, 80, 160, 120), ("person", 20, 60, 40, 120)]
    rule = {"rule": "parking", "kind": "09009", "start_after_s": 10, "end_after_s": 3}
    stage = StreetStage(camera(rule), DrawnDetector([parked] * 60 + [[]] * 60))
    incidents = played(stage, [street()] * 100)
    assert told(incidents) == [("start", "09009", ""), ("end", "09009", "")]
    assert incidents[0].xyxy.tolist() == pytest.approx([100, 80, 160, 120], abs=1)


def test_hours_are_of_the_cameras_own_day() -> None:
    # The drawn street is filmed at 08:00 UTC, 16:00 in Shanghai.
    rule = {"rule": "intrusion", "kind": "L04", "hours": (("15:30", "17:00"),)}
    boxes: list[Boxes] = [[("person", 100, 60, 120, 140)]] * 30
    for time_zone, kinds in (("Asia/Shanghai", ["L04"]), ("UTC", [])):
        stage = StreetStage(camera(rule, time_zone=time_zone), DrawnDetector(boxes))
        assert [one.kind for one in played(stage, [street()] * 30)] == kinds


def test_what_the_hours_end_is_not_over() -> None:
    # The drawn street is filmed from 16:00 in Shanghai; the bag is taken away at 16:01:06, beyond the rule's hours.
    rule = BAG_RULE | {"hours": (("15:30", "16:01"),)}
    stage = StreetStage(camera(rule, time_zone="Asia/Shanghai"))
    assert told(played(stage, EMPTY + [with_bag(street())] * 180 + EMPTY * 2)) == [("start", "L07", "")]


def crossing(step: Callable[[int], float]) -> list[Boxes]:
    return [[("car", 100, step(number) - 20, 160, step(number) + 20)] for number in range(20)]


@pytest.mark.parametrize(
    ("way", "counts", "kinds"), [(lambda n: 40 + 5.0 * n, (0, 1), []), (lambda n: 140 - 5.0 * n, (1, 0), ["L04"])]
)
def test_a_line_counts_both_ways_and_tells_the_forbidden_one(
    way: Callable[[int], float], counts: tuple[int, int], kinds: list[str]
) -> None:
    # From left to right, so that up, to the left of that way, is in.
    line = {"id": "stop", "points": ((0.0, 0.5), (1.0, 0.5)), "kind": "L04", "direction": "in"}
    stage = StreetStage(camera(lines=(line,)), DrawnDetector(crossing(way)))
    incidents = played(stage, [street()] * 20)
    assert stage.line_counts == {"stop": counts}
    assert [one.kind for one in incidents] == kinds


def driving(step: Callable[[int], float]) -> list[Image]:
    """Something of 60x40 whose upper edge is at step(frame), after the street was learned."""
    pictures = [street()] * 20
    for number in range(20):
        top = round(step(number))
        picture = street()
        cv2.rectangle(picture, (100, top), (159, top + 39), (210, 215, 220), -1)
        pictures.append(picture)
    return pictures


@pytest.mark.parametrize(
    ("way", "counts", "kinds"), [(lambda n: 20 + 5.0 * n, (0, 1), []), (lambda n: 120 - 5.0 * n, (1, 0), ["L04"])]
)
def test_a_line_counts_what_moves_without_any_detector(
    way: Callable[[int], float], counts: tuple[int, int], kinds: list[str]
) -> None:
    line = {"id": "stop", "points": ((0.0, 0.5), (1.0, 0.5)), "classes": ("mover",), "kind": "L04", "direction": "in"}
    stage = StreetStage(camera(lines=(line,)))
    incidents = played(stage, driving(way))
    assert stage.line_counts == {"stop": counts}
    assert [one.kind for one in incidents] == kinds


LAMPS = {"red": (20, 20, 230), "yellow": (20, 200, 230), "green": (60, 230, 20)}


def lights(lit: str | None, level: int = 60) -> Image:
    """(180, 320, 3): three lamps of 12x12 in a column."""
    picture = (street().astype(np.float32) * level / 130).astype(np.uint8)
    for row, (name, colour) in enumerate(
        (("red", (20, 20, 230)), ("yellow", (20, 200, 230)), ("green", (60, 230, 20)))
    ):
        cv2.rectangle(picture, (100, 20 + 16 * row), (111, 31 + 16 * row), colour if name == lit else (15, 15, 15), -1)
    return picture


def _lamp(row: int) -> list[tuple[float, float]]:
    x0, x1, y0, y1 = 100 / WIDTH, 111 / WIDTH, (20 + 16 * row) / HEIGHT, (31 + 16 * row) / HEIGHT
    return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]


LIGHTS = {
    "rule": "lights",
    "kind": "02014",
    "lamps": {"red": _lamp(0), "yellow": _lamp(1), "green": _lamp(2)},
    "stuck_s": 20,
    "start_after_s": 6,
}


@pytest.mark.parametrize(
    ("shown", "wanted"),
    [
        ((["red"] * 30 + ["green"] * 30) * 3, []),
        (["red"] * 30 + ["green"] * 90, [("start", "02014", "stuck")]),
        (["red"] * 30 + [None] * 60, [("start", "02014", "dark")]),
        (["yellow", "yellow", None, None] * 30, []),  # flashing by night
    ],
)
def test_a_traffic_light_is_dark_or_stuck(shown: list[str | None], wanted: list[tuple[str, str, str]]) -> None:
    stage = StreetStage(camera(LIGHTS))
    assert told(played(stage, [lights(one) for one in shown])) == wanted


def test_a_street_light_that_is_out_is_told_by_night_only() -> None:
    rule = {"rule": "lamp", "kind": "01037", "start_after_s": 10}
    zone = {"id": "lamp", "points": _lamp(0), "rules": (rule,)}
    for level, wanted in ((45, ["01037"]), (130, [])):
        stage = StreetStage(StreetCamera.model_validate({"id": "north", "zones": [zone]}))
        assert [one.kind for one in played(stage, [lights("red", level)] * 30 + [lights(None, level)] * 45)] == wanted

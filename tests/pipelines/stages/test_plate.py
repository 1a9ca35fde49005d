"""The plate stage: frames to one visit a car."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
import supervision as sv

from models.plates.lane import PlateLane
from pipelines.events import event_id
from pipelines.stages.plate import PlateStage, PlateVisit
from tests.fakes import NOW
from tests.pipelines.stages.driveway import NEAR, Car, Driveway, drives, empty, stands, together, watch
from vision.errors import BadArray
from vision.types import FloatArray, Image, PlateReading

A, B = Car(), Car("沪B7K321")
MUDDY = Car(None)


def texts(visits: list[PlateVisit]) -> list[str | None]:
    return [visit.reading.text if visit.reading else None for visit in visits]


def test_an_empty_driveway_makes_nothing() -> None:
    assert watch(empty(1)) == []


def test_a_stage_without_a_frame_has_nothing_to_say() -> None:
    assert PlateStage(Driveway([]).lane).finish() == []


@pytest.mark.parametrize("fps", [2, 5, 10, 25])
def test_a_car_that_comes_is_one_visit_at_every_rate_of_frames(fps: float) -> None:
    visits = watch([*empty(1, fps), *drives(A, 4, fps), *empty(4, fps)], fps)
    assert texts(visits) == ["京A12345"]
    (visit,) = visits
    assert (visit.camera_id, visit.lane_id, visit.direction) == ("entry", "garage/in", "approaching")
    assert visit.agreeing >= 2
    assert visit.reads == visit.agreeing


def test_a_visit_is_told_as_soon_as_two_reads_agree_and_the_direction_is_clear() -> None:
    ((number, visit),) = Driveway(drives(A, 4)).watch()
    # Numbered in frame 1, wide enough (48 px) at once, read in frames 1, 3, 5, ...; grown by 15 % before frame 10.
    assert 3 <= number <= 9
    assert visit.seen_at <= NOW + timedelta(seconds=number / 10)


def test_a_car_that_drives_away_is_leaving() -> None:
    assert [visit.direction for visit in watch(drives(A, 4, back=True))] == ["leaving"]


def test_a_car_that_is_there_from_the_start_has_no_direction_and_waits_one_second_for_it() -> None:
    ((number, visit),) = Driveway(stands(A, 5)).watch()
    # Numbered in frame 1; a second later is frame 11.
    assert (number, visit.direction) == (11, None)


def test_a_car_that_stands_for_ten_minutes_is_one_visit() -> None:
    assert len(watch([*drives(A, 4, 2), *stands(A, 600, 2), *empty(4, 2)], 2)) == 1


def test_a_car_that_waits_and_reverses_is_one_visit() -> None:
    visits = watch([*drives(A, 3), *stands(A, 5), *drives(A, 3, back=True), *empty(3)])
    assert [(visit.reading and visit.reading.text, visit.direction) for visit in visits] == [
        ("京A12345", "approaching")
    ]


@pytest.mark.parametrize("hidden_s", [0.3, 1, 5, 45])
def test_a_car_that_is_hidden_for_a_while_is_the_same_visit(hidden_s: float) -> None:
    assert texts(watch([*drives(A, 3), *stands(A, 2), *empty(hidden_s), *stands(A, 5)])) == ["京A12345"]


def test_a_car_that_was_hidden_for_minutes_where_it_stands_is_the_same_visit() -> None:
    scene = [*drives(A, 4, 2), *stands(A, 2, 2), *empty(300, 2), *stands(A, 5, 2)]
    assert len(watch(scene, 2)) == 1


def test_a_car_that_comes_again_minutes_later_is_another_visit() -> None:
    scene = [*drives(A, 4, 5), *stands(A, 2, 5), *empty(90, 5), *drives(A, 4, 5)]
    visits = watch(scene, 5)
    assert texts(visits) == ["京A12345"] * 2
    assert visits[0].visit != visits[1].visit


def test_a_found_car_that_is_then_misread_by_one_look_alike_is_the_same_visit() -> None:
    slip = Car("京A1234S")  # 5 read as S
    assert texts(watch([*drives(A, 3), *stands(A, 1), *empty(4), *stands(slip, 4)])) == ["京A12345"]


def test_two_cars_bumper_to_bumper_are_two_visits() -> None:
    assert texts(watch([*drives(A, 2), *empty(0.4), *drives(B, 2), *empty(3)])) == ["京A12345", "沪B7K321"]


def test_a_car_that_takes_the_place_of_another_between_two_frames_is_another_visit() -> None:
    visits = watch([*stands(A, 3), *stands(B, 6)])
    assert texts(visits) == ["京A12345", "沪B7K321"]
    assert visits[0].visit != visits[1].visit


def test_cars_of_one_fleet_with_neighbouring_numbers_are_two_visits() -> None:
    second = Car("京A12346")
    assert texts(watch([*drives(A, 3), *empty(3), *drives(second, 3)])) == ["京A12345", "京A12346"]


def test_two_cars_side_by_side_are_two_visits() -> None:
    visits = watch(together(drives(A, 3), drives(replace(B, x=560), 3)))
    assert sorted(text or "" for text in texts(visits)) == ["京A12345", "沪B7K321"]


def test_a_car_with_plates_of_two_countries_is_one_visit_by_the_chinese_one() -> None:
    chinese, hong_kong = Car("粤ZR066港", kind="hk_macau"), Car("SN6497", kind="latin")
    scene = [
        [hong_kong_at, car]
        for (car,) in drives(chinese, 3)
        for hong_kong_at in [replace(hong_kong, x=car.x, y=car.y - 36 * car.scale, scale=car.scale)]
    ]
    assert texts(watch(scene)) == ["粤ZR066港"]


def test_a_car_that_nobody_can_read_is_one_visit_without_a_reading() -> None:
    (visit,) = watch([*drives(MUDDY, 3), *empty(3)])
    assert (visit.reading, visit.agreeing, visit.reads, visit.direction) == (None, 0, 0, "approaching")
    assert visit.evidence.size > 0


def test_an_unreadable_car_is_told_while_it_stands_because_somebody_waits() -> None:
    ((number, visit),) = Driveway([*drives(MUDDY, 3), *stands(MUDDY, 30)]).watch()
    assert visit.reading is None
    # It stands from about frame 29 on, and 3 s later it is told.
    assert 55 <= number <= 62


def test_a_car_that_is_read_after_it_was_given_up_is_told_once_more() -> None:
    visits = watch([*drives(MUDDY, 3), *stands(MUDDY, 5), *stands(A, 20), *empty(5)])
    assert texts(visits) == [None, "京A12345"]
    assert visits[1].visit == f"{visits[0].visit}/2"
    assert visits[1].agreeing >= 2


def test_a_told_car_whose_plate_is_muddy_when_it_is_found_again_is_no_second_visit() -> None:
    assert texts(watch([*drives(A, 3), *stands(A, 2), *empty(3), *stands(MUDDY, 1), *drives(MUDDY, 3, back=True)])) == [
        "京A12345"
    ]


def test_a_sign_that_never_moves_is_no_visit() -> None:
    assert watch(stands(MUDDY, 20)) == []


def test_an_unreadable_car_that_nobody_saw_come_is_told_because_somebody_waits() -> None:
    # Found late, it stands from its first sight on.
    (visit,) = watch([*empty(3), *stands(MUDDY, 6)])
    assert visit.reading is None


def test_a_sign_that_is_hidden_now_and_then_is_no_visit() -> None:
    hidden = [*stands(MUDDY, 5), *empty(5)]
    assert watch(hidden * 4) == []


def test_a_sign_that_is_found_late_is_told_once() -> None:
    assert len(watch([*empty(5), *([*stands(MUDDY, 5), *empty(20)] * 4)])) == 1


def test_a_flicker_of_the_detector_is_nobody() -> None:
    assert watch([*empty(1), [NEAR], *empty(1), [NEAR], [NEAR], *empty(3)]) == []


def test_readings_below_the_threshold_do_not_vote() -> None:
    (visit,) = watch(drives(Car(confidence=0.7), 3))
    assert (visit.reading, visit.agreeing) == (None, 0)


def test_a_single_read_is_told_at_the_end_as_what_it_is() -> None:
    scene = drives(MUDDY, 3)
    scene[8:11] = drives(A, 3)[8:11]
    (visit,) = watch([*scene, *empty(3)])
    assert visit.reading is not None
    assert (visit.reading.text, visit.agreeing) == ("京A12345", 1)


def test_a_text_that_fits_no_format_is_told_only_at_the_end() -> None:
    partial = Car("A12345")
    came = Driveway([*drives(partial, 3), *empty(3)]).watch()
    assert [(number > 30, visit.reading and visit.reading.plausible) for number, visit in came] == [(True, False)]


def test_a_plate_that_reaches_out_of_the_picture_is_not_read() -> None:
    driveway = Driveway([[replace(A, x=x)] for x in range(0, 60, 4)])
    assert driveway.watch() == []
    assert driveway.reads == 0


def test_a_far_plate_is_seen_but_not_read() -> None:
    driveway = Driveway([[replace(A, x=x, scale=0.3)] for x in range(100, 400, 10)])  # 36 px wide
    assert driveway.watch() == []
    assert driveway.reads == 0


def test_a_standing_car_is_read_once_a_second_after_it_was_told() -> None:
    driveway = Driveway(stands(A, 20, 25), 25)
    driveway.watch()
    # Every 0.16 s for the first second, then 19 times.
    assert 20 <= driveway.reads <= 28


def test_the_evidence_is_the_car_in_the_frame_that_was_read() -> None:
    driveway = Driveway(stands(A, 3))
    ((_, visit),) = driveway.watch()
    # The plate is 168x42 at (220, 400): 1.75 widths to each side, cut at the left border; 7 heights above, 2.5 below,
    # cut at the lower border: from 0 to 220 + 84 + 294 = 598, from 400 - 21 - 294 = 85 to 480.
    assert visit.evidence.shape == (395, 598, 3)
    assert NOW < visit.seen_at <= NOW + timedelta(seconds=1.1)


def test_the_same_frames_give_the_same_events() -> None:
    ids = {event_id("entry", visit.visit, "parking.entry") for _ in range(2) for visit in watch(drives(A, 2))}
    assert len(ids) == 1


def test_no_plate_is_in_a_visits_id_or_repr() -> None:
    (visit,) = watch(drives(A, 2))
    assert "12345" not in visit.visit
    assert "12345" not in repr(visit)


def test_a_network_that_gives_no_numbers_is_an_error_and_not_an_empty_driveway() -> None:
    class Mad(Driveway):
        def read(self, image: Image, corners: FloatArray) -> PlateReading | None:
            raise BadArray("characters: wanted finite logits")

    driveway = Mad(stands(A, 2))
    with pytest.raises(BadArray, match="finite"):
        driveway.watch()


def test_corners_between_which_no_plate_can_be_seen_are_not_read() -> None:
    class Crossed(Driveway):
        def detect(self, image: Image) -> sv.Detections:
            plates = super().detect(image)
            plates.data["landmarks"] = np.asarray(plates.data["landmarks"])[:, [0, 2, 1, 3]]
            return plates

    driveway = Crossed(drives(A, 2))
    assert isinstance(driveway.lane, PlateLane)
    assert driveway.watch() == []
    assert driveway.reads == 0


def test_a_lamp_that_looks_like_a_plate_gets_no_word_of_its_own_on_a_car_that_is_read() -> None:
    car = drives(A, 3) + stands(A, 5)
    # The lamp keeps its place on the car, a plate and a half to the left and one above.
    lamp = [[Car(None, c.x - 90 * c.scale, c.y - 45 * c.scale, c.scale * 0.5) for c in moment] for moment in car]
    visits = watch(together(car, lamp))
    assert [visit.reading.text if visit.reading else None for visit in visits] == ["京A12345"]


def test_an_unreadable_car_alone_is_told_once() -> None:
    muddy = Car(None)
    visits = watch(drives(muddy, 3) + stands(muddy, 5))
    assert [visit.reading for visit in visits] == [None]


def test_a_car_that_takes_a_told_ones_place_on_its_track_is_not_taken_for_told() -> None:
    # The second car stands exactly where the first stood, so that the tracker goes on; both are told, each once.
    visits = watch(drives(A, 3) + stands(A, 3) + stands(B, 8))
    assert [visit.reading.text for visit in visits if visit.reading] == ["京A12345", "沪B7K321"]

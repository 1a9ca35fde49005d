"""From signals to incidents: each begun once and ended once, though numbers change and frames are missed."""

import numpy as np
import pytest

from tests.vision.street_pictures import at
from vision.evidence import Limits
from vision.incidents import Incident, Signal, Watch, around_all, iou
from vision.types import FloatArray


def box(x: float = 0, width: float = 100) -> FloatArray:
    return np.array([x, 0, x + width, 100], np.float32)


def signal(key: int = 1, value: float | None = 1.0, x: float = 0) -> Signal:
    return Signal(key, value, box(x))


def played(frames: list[list[Signal] | None]) -> list[Incident]:
    """One frame a second through a rule that starts after 2 s and ends after 3."""
    watch = Watch("north", "kerb", "09009", Limits(1, 0.5, 2, 3))
    return [one for second, signals in enumerate(frames) for one in watch.update(signals, at(second))]


def test_an_incident_starts_once_and_ends_once_under_one_id() -> None:
    told = played([[signal()]] * 10 + [[]] * 10)
    assert [(one.phase, one.seen_at) for one in told] == [("start", at(2)), ("end", at(13))]
    assert {one.incident_id for one in told} == {"north/kerb/09009/20261121T080000.000000Z/1"}
    assert {one.started_at for one in told} == {at(0)}


def test_what_goes_on_is_told_every_minute() -> None:
    told = played([[signal()]] * 150)
    assert [(one.phase, one.seen_at) for one in told] == [("start", at(2)), ("continue", at(62)), ("continue", at(122))]


def test_the_same_place_under_a_new_number_is_the_same_incident() -> None:
    # 100 wide, 20 aside: 80 in common of 120
    told = played([[signal(1)]] * 5 + [[]] * 2 + [[signal(2, x=20)]] * 20)
    assert [one.phase for one in told] == ["start"]


def test_another_place_is_another_incident() -> None:
    told = played([[signal(1)]] * 5 + [[signal(1), signal(2, x=200)]] * 5)
    assert [one.phase for one in told] == ["start", "start"]
    assert len({one.incident_id for one in told}) == 2


def test_while_the_camera_is_at_fault_nothing_begins_or_ends() -> None:
    assert played([None] * 10 + [[signal()], [signal()]] + [None] * 10) == []
    assert [one.phase for one in played([[signal()]] * 5 + [None] * 50)] == ["start"]


def test_what_is_hidden_does_not_end() -> None:
    assert [one.phase for one in played([[signal()]] * 5 + [[signal(value=None)]] * 50)] == ["start"]


def test_nothing_gives_nothing() -> None:
    assert played([[]] * 10) == []


@pytest.mark.parametrize(("x", "wanted"), [(0, 1.0), (50, 50 / 150), (100, 0.0), (300, 0.0)])
def test_iou_of_two_boxes(x: float, wanted: float) -> None:
    assert iou(box(), box(x)) == pytest.approx(wanted)


def test_boxes_without_area_have_nothing_in_common() -> None:
    assert iou(box(width=0), box(width=0)) == 0.0


def test_the_box_around_all() -> None:
    assert around_all([box(), box(200)]).tolist() == [0, 0, 300, 100]

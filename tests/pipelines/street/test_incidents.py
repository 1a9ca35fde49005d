"""Boxes and reports: what overlaps, and what cannot be used."""

from datetime import UTC, datetime, timedelta

import pytest

from pipelines.street.incidents import Box, Report, Suppression, likeness
from vision.errors import BadInput

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)


def test_iou_is_the_shared_area_over_both() -> None:
    # 0.25 x 0.5 shared of 2 x 0.5 x 0.5 - 0.125 = 0.375: one third
    assert Box(0, 0, 0.5, 0.5).iou(Box(0.25, 0, 0.75, 0.5)) == pytest.approx(1 / 3)
    assert Box(0, 0, 0.5, 0.5).iou(Box(0, 0, 0.5, 0.5)) == 1


def test_boxes_that_only_touch_share_nothing() -> None:
    assert Box(0, 0, 0.5, 1).iou(Box(0.5, 0, 1, 1)) == 0
    assert Box(0, 0, 0.25, 0.25).iou(Box(0.75, 0.75, 1, 1)) == 0


def test_no_box_is_all_of_the_zone() -> None:
    assert likeness(None, Box(0, 0, 0.1, 0.1)) == likeness(Box(0, 0, 0.1, 0.1), None) == likeness(None, None) == 1


@pytest.mark.parametrize("sides", [(0.5, 0, 0.5, 1), (0, 0.6, 1, 0.4), (-0.1, 0, 1, 1), (0, 0, 1, 1.01)])
def test_a_box_that_is_none_is_refused(sides: tuple[float, float, float, float]) -> None:
    with pytest.raises(BadInput, match="box: wanted 0 <= left < right <= 1"):
        Box(*sides)


def test_a_box_with_a_side_that_is_no_number_is_refused() -> None:
    with pytest.raises(BadInput, match="box: wanted"):
        Box(float("nan"), 0, 1, 1)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"camera_id": None}, "wanted the camera that saw it"),
        ({"source": "citizen", "camera_id": None}, "place: wanted words"),
        ({"source": "patrol", "camera_id": None, "place": "quay", "zone": "a"}, "zone or box belong to"),
        ({"camera_id": "Quay 3"}, "camera: wanted"),
        ({"zone": "Zone 1"}, "zone: wanted"),
        ({"confidence": 1.5}, "confidence: wanted 0..1, got 1.5"),
        ({"place": "x" * 201}, "place: wanted 1 to 200 characters, got 201"),
        ({"reference": ""}, "reference: wanted 1 to 200 characters, got 0"),
        ({"seen_at": datetime(2026, 11, 21, 8)}, "wanted an aware UTC time"),  # noqa: DTZ001  the point of it
    ],
)
def test_a_report_that_cannot_be_used_is_refused(changes: dict[str, object], complaint: str) -> None:
    values: dict[str, object] = {"kind": "06036", "source": "camera", "seen_at": NOW, "camera_id": "quay-3"}
    with pytest.raises(BadInput, match=complaint):
        Report(**values | changes)


def test_the_place_stays_out_of_the_logs() -> None:
    assert "Harbour" not in repr(Report("06012", "citizen", NOW, place="Harbour Road 12"))


def test_a_suppression_holds_until_it_expires_or_is_lifted() -> None:
    end = NOW + timedelta(hours=1)
    one = Suppression("sup_1", "quay-3", None, "06036", "default", "street", "cas_1", NOW, "key", end)
    assert [one.holds_at(at) for at in (NOW, end - timedelta(seconds=1), end)] == [True, True, False]

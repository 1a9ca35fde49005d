from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from pipelines.street.statistics import CaseFact, Tally, tally

ZONES = {"default": ZoneInfo("Asia/Shanghai")}


def _fact(kind: str, hour: int, camera: str | None = "quay-3", *, ended: bool = True, false: bool = False) -> CaseFact:
    return CaseFact(kind, camera, "default", datetime(2026, 11, 20, hour, tzinfo=UTC), ended, false)


def test_of_no_cases_everything_is_nothing() -> None:
    numbers = tally([], ZONES)
    assert (numbers.total, numbers.by_kind, numbers.by_camera) == (Tally(0, 0, 0), {}, {})
    assert (numbers.by_hour, numbers.total.false_alarm_share) == ((0,) * 24, None)


def test_cases_are_counted_by_kind_camera_and_hour_of_their_city() -> None:
    facts = [
        _fact("06036", 1),
        _fact("06036", 1, false=True),
        _fact("06036", 17, ended=False),
        _fact("L02", 20, None),
    ]
    numbers = tally(iter(facts), ZONES)
    assert numbers.total == Tally(4, 3, 1)
    assert numbers.by_kind == {"06036": Tally(3, 2, 1), "L02": Tally(1, 1, 0)}
    assert list(numbers.by_camera.items()) == [("quay-3", Tally(3, 2, 1)), (None, Tally(1, 1, 0))]
    # 01, 17 and 20 UTC are 09, 01 and 04 in Shanghai.
    assert {hour: count for hour, count in enumerate(numbers.by_hour) if count} == {9: 2, 1: 1, 4: 1}


def test_the_share_of_false_alarms_is_of_the_cases_that_ended() -> None:
    assert Tally(10, 4, 1).false_alarm_share == 0.25


def test_a_city_that_is_in_no_file_any_more_is_counted_in_utc() -> None:
    assert tally([_fact("L02", 3)], {}).by_hour[3] == 1

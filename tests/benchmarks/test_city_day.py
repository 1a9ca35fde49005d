import pytest

from benchmarks.city_day import RECORDS_OF_HOUR, Share, camera_name
from vision.errors import ConfigurationError


def test_the_assumed_day_has_the_citys_sum_and_its_highest_second() -> None:
    assert len(RECORDS_OF_HOUR) == 24
    assert sum(RECORDS_OF_HOUR) == 20_000_000
    assert max(RECORDS_OF_HOUR) == 1_200 * 3_600
    assert int(Share(280_000, 0, 86_400).arrivals().sum()) == 20_000_000


def test_a_district_at_the_peak_tells_a_hundred_and_seven_a_second() -> None:
    arrivals = Share(25_000, 8, 60).arrivals()
    # 1,200 x 25,000 / 280,000 = 107.14 a second: 107 in six seconds of seven, 108 in the seventh.
    assert arrivals[:14].tolist() == [107] * 6 + [108] + [107] * 6 + [108]
    assert int(arrivals.sum()) == 6_428  # 60 x 107.142857 = 6,428.57


def test_the_next_hour_has_the_next_hours_rate_and_midnight_begins_anew() -> None:
    # 4,320,000 in the hour of the peak, then one second of 1,500,000 / 3,600 = 416.67.
    assert Share(280_000, 8, 3_601).arrivals()[-2:].tolist() == [1_200, 416]
    # 140,000 / 3,600 = 38.89 and 120,000 / 3,600 = 33.33 a second.
    assert int(Share(280_000, 23, 3_660).arrivals().sum()) == 140_000 + 2_000


def test_one_camera_tells_once_in_a_while() -> None:
    # 4,320,000 / 280,000 = 15.4 in an hour.
    assert int(Share(1, 8, 3_600).arrivals().sum()) == 15


@pytest.mark.parametrize(
    ("cameras", "hour", "seconds"), [(0, 8, 60), (280_001, 8, 60), (1, 24, 60), (1, 8, 0), (1, 8, 86_401)]
)
def test_what_is_no_part_of_the_city_is_refused(cameras: int, hour: int, seconds: int) -> None:
    with pytest.raises(ConfigurationError, match="wanted"):
        Share(cameras, hour, seconds)


def test_cameras_are_named_after_their_district() -> None:
    assert camera_name(0) == "district-01-cam-00000"
    assert camera_name(49_999) == "district-02-cam-24999"
    assert camera_name(279_999) == "district-12-cam-04999"

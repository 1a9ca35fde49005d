"""The rules of cities: what holds for all kinds, what differs, and what a wrong file is told."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.street.cities import SHIPPED, Cities, read_cities
from pipelines.street.kinds import read_kinds
from vision.errors import BadInput, ConfigurationError

KINDS = read_kinds()
SATURDAY = datetime(2026, 11, 21, 8, tzinfo=UTC)


@pytest.fixture(scope="module")
def cities() -> Cities:
    return read_cities(SHIPPED, KINDS)


def test_a_stage_is_due_in_working_hours(cities: Cities) -> None:
    # Monday 09:30 in Shanghai.
    assert cities.get(None).due("06036", "accept", SATURDAY) == datetime(2026, 11, 23, 1, 30, tzinfo=UTC)


def test_danger_to_life_is_due_by_day_and_night(cities: Cities) -> None:
    assert cities.get("default").due("L02", "accept", SATURDAY) == SATURDAY + timedelta(minutes=5)
    assert cities.get("default").due("L02", "handle", SATURDAY) == SATURDAY + timedelta(minutes=60)


def test_a_kind_without_terms_of_its_own_has_those_of_all(cities: Cities) -> None:
    city = cities.get(None)
    assert city.terms_of("06036") == city.terms
    fire = city.terms_of("L02")
    assert (fire.suppress_h, fire.same_iou, fire.reopen_min) == (0, 0.3, 1440)


def test_the_shipped_holidays_of_2026_keep_their_own_sums(cities: Cities) -> None:
    calendar = cities.get(None).calendar
    # 3 + 9 + 3 + 5 + 3 + 3 + 7 days
    assert (len(calendar.holidays), len(calendar.extra_days)) == (33, 6)
    assert all(day.weekday() >= 5 for day in calendar.extra_days)
    assert not calendar.works_on(date(2026, 10, 1))
    assert calendar.works_on(date(2026, 10, 10))


def test_an_unknown_city_is_refused(cities: Cities) -> None:
    with pytest.raises(BadInput, match="city: wanted one of default, got 'atlantis'"):
        cities.get("atlantis")


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("accept_min = 30", "accept_min = 0", "accept_min"),
        ("accept_min = 30", 'accept_min = "30"', "accept_min"),
        ("accept_min = 30\n", "", "accept_min"),
        ("same_iou = 0.3", "same_iou = 0", "same_iou"),
        ('codes = ["01050"]', 'codes = ["99999"]', "codes of the catalogue, got 99999"),
        ('codes = ["01050"]', 'codes = ["L02"]', "more than once: L02"),
        ('id = "default"', 'id = "Shapingba District"', "id"),
        ('purpose = "street"', 'purposes = "street"', "purposes"),
        ("[[city]]", "[city]", "Expected|Cannot|city"),
    ],
)
def test_a_wrong_file_is_refused_with_its_place(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "cities.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigurationError, match=complaint):
        read_cities(path, KINDS)


def test_one_city_twice_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "cities.toml"
    with pytest.raises(ConfigurationError, match=r"cities\.toml"):
        read_cities(path, KINDS)
    path.write_text(SHIPPED.read_text(encoding="utf-8") * 2, encoding="utf-8")
    with pytest.raises(ConfigurationError, match="each city once"):
        read_cities(path, KINDS)

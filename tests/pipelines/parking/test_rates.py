import tomllib
from typing import Any

import pytest

from pipelines.parking import rates
from pipelines.parking.rates import Rate, parse_rate
from tests.pipelines.garage import STEPS, rate
from vision.errors import BadInput


def test_a_tariff_is_read_from_the_toml_in_the_documentation() -> None:
    assert rates.__doc__ is not None
    # TOML wants inline tables on one line, as the example has them.
    read = parse_rate(tomllib.loads(rates.__doc__.partition("\n\n")[2]))
    assert [(step.minutes, str(step.price)) for step in read.steps] == [(60, "5.00"), (30, "2.00")]
    assert read.night is not None
    assert read.night.begins.isoformat() == "21:00:00"


def test_a_tariff_comes_back_from_json_as_it_was() -> None:
    night = {"begins": "21:00", "ends": "07:00", "step": {"minutes": 60, "price": "1.10"}, "cap": "8"}
    made = rate(daily_cap={"price": "40.50", "per": "24h"}, night=night, free_time="deducted")
    assert Rate.model_validate_json(made.model_dump_json()) == made
    assert parse_rate(made.model_dump(mode="json")) == made


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"steps": [{"minutes": 60, "price": 5.0}]}, r"rate.steps.0.price: .*as text, such as \"5.00\", got 5.0"),
        ({"steps": [{"minutes": 60, "price": True}]}, "rate.steps.0.price: .*got True"),
        ({"steps": [{"minutes": 60, "price": "5.001"}]}, "wanted whole units of 0.01 CNY, got 5.001"),
        ({"steps": [{"minutes": 60, "price": "-1"}]}, "rate.steps.0.price: .*greater than or equal to 0"),
        ({"steps": [{"minutes": 60, "price": "NaN"}]}, "rate.steps.0.price"),
        ({"steps": [{"minutes": 0, "price": "1"}]}, "rate.steps.0.minutes"),
        ({"steps": [{"minutes": 1.5, "price": "1"}]}, "rate.steps.0.minutes"),
        ({"steps": []}, "rate.steps"),
        ({"steps": STEPS, "stepz": 1}, "rate.stepz: Extra"),
        ({"currency": "yuan"}, "wanted three capital letters"),
        ({"currency": "JPY", "steps": [{"minutes": 60, "price": "0.5"}]}, "wanted whole units of 1 JPY, got 0.5"),
        ({"time_zone": "Shanghai"}, "rate.time_zone: .*wanted an IANA time zone.*got 'Shanghai'"),
        ({"time_zone": "../etc/passwd"}, "rate.time_zone"),
        ({"free_minutes": -1}, "rate.free_minutes"),
        ({"daily_cap": {"price": "40", "per": "day"}}, "rate.daily_cap.per"),
        ({"night": {"begins": 21, "ends": "07:00", "step": STEPS[0]}}, "rate.night.begins: .*got 21"),
        ({"night": {"begins": "21:00", "ends": "21:00", "step": STEPS[0]}}, "ends at another time than 21:00"),
        ({"night": {"begins": "21:00Z", "ends": "07:00", "step": STEPS[0]}}, "without a zone"),
    ],
)
def test_a_wrong_tariff_is_refused_with_the_place_and_what_was_got(change: dict[str, Any], complaint: str) -> None:
    with pytest.raises(BadInput, match=complaint):
        rate(**change)

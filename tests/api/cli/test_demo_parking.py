"""The demo's parking lot, told by the story instead of by cameras."""

from datetime import UTC
from pathlib import Path

import pytest

from api.cli.demo_api import DemoApi
from api.cli.demo_clock import StoryClock
from api.cli.demo_parking import LOT, ParkingScene
from sample_videos.parking.story import CARS, PAYMENTS, VISITS, Visit, begins_s, wall_time
from tests.api.conftest import Api
from vision.errors import ConfigurationError


@pytest.fixture
def scene(api: Api) -> ParkingScene:
    made = ParkingScene(DemoApi(api.client), StoryClock(), {"entry": Path("/in.mp4"), "exit": Path("/out.mp4")})
    api.clock.now = wall_time(0.0).astimezone(UTC)
    made.prepare()
    return made


def _tell(api: Api, visit: Visit) -> None:
    """What a camera would tell of the visit; a plate under mud was read once, badly."""
    car, lane = CARS[visit.car], "entries" if visit.lane == "entry" else "exits"
    agreeing = 1 if car.muddy else 3
    body = {"lane": visit.lane, "plate": car.text, "kind": car.kind, "confidence": 0.99, "agreeing": agreeing}
    answer = api.client.post(f"/v1/parking/lots/{LOT}/{lane}", json=body)
    assert answer.status_code == 200, answer.text


def _pay(api: Api, car: str, amount: str) -> None:
    asked = api.client.get(f"/v1/parking/lots/{LOT}/lookup", params={"plate": CARS[car].text}).json()
    assert asked["due"] == {"amount": amount, "currency": "CNY"}
    body = {"session": asked["session"], "reference": car, **asked["due"]}
    assert api.client.post(f"/v1/parking/lots/{LOT}/payments", json=body).status_code == 201


def _play(api: Api, scene: ParkingScene, left_out: str = "") -> None:
    """The whole story in the order of time."""
    steps = [(begins_s(visit.chapter) + visit.stops_s, visit) for visit in VISITS if visit.car != left_out]
    steps += [(begins_s(payment.chapter) + payment.at_s, payment) for payment in PAYMENTS]
    for film_s, step in sorted(steps, key=lambda one: one[0]):
        api.clock.now = wall_time(film_s).astimezone(UTC)
        if isinstance(step, Visit):
            _tell(api, step)
        else:
            _pay(api, step.car, str(step.amount))
    for event in api.client.get("/v1/events", params={"limit": 100}).json()["items"]:
        scene.show(event)


def test_a_story_told_rightly_passes_and_every_fee_is_on_the_screen(
    api: Api, scene: ParkingScene, capsys: pytest.CaptureFixture[str]
) -> None:
    _play(api, scene)
    scene.judge()
    shown = capsys.readouterr().out
    for words in ("payment_due, 11.00 CNY", "exit: 苏E5M316, paid, 13.00 CNY", "entry: not legible, not_enough_reads"):
        assert words in shown.replace("\n", " ")
    assert "demo-lot: stays" in shown


def test_a_car_that_nobody_told_of_fails_the_demo(api: Api, scene: ParkingScene) -> None:
    _play(api, scene, left_out="debtor")
    with pytest.raises(ConfigurationError, match="浙C91T57"):
        scene.judge()

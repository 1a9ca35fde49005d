"""The demo's street, told by reports instead of by cameras."""

import pytest

from api.cli.demo_api import DemoApi
from api.cli.demo_street import StreetScene
from tests.api.conftest import Api
from vision.errors import ConfigurationError

BAG = {"kind": "L07", "camera": "demo-kerb", "zone": "pavement", "box": [0.4, 0.4, 0.5, 0.5]}
FAULT = {"kind": "01050", "camera": "demo-square"}
ALL = (BAG, FAULT, FAULT)


@pytest.fixture
def scene(api: Api) -> StreetScene:
    made = StreetScene(DemoApi(api.client))
    made.prepare()
    return made


def _tell(api: Api, scene: StreetScene, *reports: dict[str, object]) -> None:
    for report in reports:
        assert api.client.post("/v1/incidents", json={"source": "camera", **report}).status_code == 201
    for event in api.client.get("/v1/events", params={"limit": 100}).json()["items"]:
        assert scene.show(event)


def test_a_street_told_rightly_passes_and_its_cases_are_on_the_screen(
    api: Api, scene: StreetScene, capsys: pytest.CaptureFixture[str]
) -> None:
    _tell(api, scene, *ALL)
    scene.judge()
    shown = " ".join(capsys.readouterr().out.split())
    for words in (
        "遗留物 (abandoned object) at demo-kerb, zone pavement: opened",
        "at demo-square, the whole picture: repeated",
        "is reported: camera",
        "street: cases",
    ):
        assert words in shown


@pytest.mark.parametrize(
    ("reports", "message"),
    [
        ((BAG, FAULT), r"never told \{\('demo-square', '01050'\): 1\}"),
        ((*ALL, BAG | {"kind": "06036"}), r"told and should not \{\('demo-kerb', '06036'\): 1\}"),
        ((*ALL, BAG), r"told and should not \{\('demo-kerb', 'L07'\): 1\}"),
        ((BAG, FAULT, FAULT | {"box": [0, 0, 0.1, 0.1]}, FAULT | {"zone": "lens"}), "told and should not"),
        ((BAG, FAULT, FAULT | {"zone": "lens"}), "wanted one case each"),
    ],
)
def test_a_street_with_something_missing_false_or_twice_fails_the_demo(
    api: Api, scene: StreetScene, reports: tuple[dict[str, object], ...], message: str
) -> None:
    _tell(api, scene, *reports)
    with pytest.raises(ConfigurationError, match=message):
        scene.judge()


def test_the_films_are_played_one_after_the_other_and_each_once(api: Api, scene: StreetScene) -> None:
    played = []
    for _ in range(3):
        scene.start()
        played.append([camera["id"] for camera in api.client.get("/v1/cameras").json()["items"]])
    assert played == [["demo-kerb"], ["demo-kerb", "demo-square"], ["demo-kerb", "demo-square"]]

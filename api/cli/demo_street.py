"""The demo's street: two films as cameras, and the cases that they make."""

import json
from collections import Counter

from rich.table import Table

from api.cli.console import console
from api.cli.demo_api import DemoApi, Json
from pipelines.street_cameras import read_street_camera
from sample_videos.street.files import camera_file, clip, truth_file
from sample_videos.street.story import FILM_NAMES, FilmName
from vision.errors import ConfigurationError

CAMERAS: dict[str, FilmName] = {f"demo-{film}": film for film in FILM_NAMES}
_AT_ONCE = 100


class StreetScene:
    """The street, its cameras and what became of their incidents.

    Args:
        api: of the demo.
    """

    cameras = tuple(CAMERAS)

    def __init__(self, api: DemoApi) -> None:
        self._api = api
        self._names: dict[str, str] = {}
        self._waiting = list(CAMERAS)

    def prepare(self) -> None:
        """Learn what the kinds are called, and which are found here."""
        kinds = self._api.get("/v1/kinds")["items"]
        self._names = {kind["code"]: f"{kind['name_zh']} ({kind['name_en']})" for kind in kinds}
        found = sum(kind["available"] for kind in kinds)
        console.print(f"{found} of {len(kinds)} kinds of street incidents are found here.")

    def start(self) -> None:
        """Play the next film as fast as it is looked at; it ends long before its 90 seconds are over.

        One after the other, for beside them live cameras have to keep up.
        """
        if not self._waiting:
            return
        camera = self._waiting.pop(0)
        film = CAMERAS[camera]
        watched = read_street_camera(camera_file(film))
        console.print(f"playing {clip(film).name} as street camera {camera}")
        settings = watched.settings.model_dump(mode="json", exclude_unset=True)
        body = {"id": camera, "url": clip(film).as_uri(), "lane": "street", "fps": watched.fps, "street": settings}
        self._api.post("/v1/cameras", body)

    def show(self, event: Json) -> bool:
        """Whether the event was an incident or a case of this street, printed then; a film's end starts the next."""
        if event["camera_id"] not in CAMERAS:
            return False
        if event["kind"] == "camera.state" and event["state"] == "stopped":
            self.start()
        if event["kind"] == "incident.reported":
            what = f"[bold]{self._names[event['incident_kind']]}[/] at {event['camera_id']}, {_zone(event)}"
            console.print(f"{'street':>8}  {what}: {event['state']}, case {_short(event)}")
        elif event["kind"] == "case.changed":
            console.print(f"{'street':>8}  case {_short(event)} is {event['state']}: {event['reason']}")
        return bool(event["kind"] != "camera.state")

    def judge(self) -> None:
        """Print the cases, and fail unless each incident that needs no learned class has one, and no false one has.

        Those that need a class may be told: that depends on the street detector.

        Raises:
            ConfigurationError: incidents or cases are not those that the films call for.
        """
        incidents, cases = self._of_street("/v1/incidents"), self._of_street("/v1/cases")
        console.print(self._table(cases))
        truth = [(camera, one) for camera, film in CAMERAS.items() for one in _truth(film)]
        wanted = Counter((camera, one["kind"]) for camera, one in truth if not one["classes"])
        true = Counter((camera, one["kind"]) for camera, one in truth)
        got = Counter((one["camera"], one["kind"]) for one in incidents)
        if wanted - got or got - true:
            raise ConfigurationError(f"street: never told {dict(wanted - got)}, told and should not {dict(got - true)}")
        # Both faults of one camera are one case: until it is closed, that camera is out of health.
        places = Counter((case["camera"], case["kind"]) for case in cases)
        if places != Counter(set(got)) or {one["case"] for one in incidents} != {case["id"] for case in cases}:
            raise ConfigurationError(
                f"street: wanted one case each of {sorted(set(got))}, got {sorted(places.elements())}"
            )

    def _of_street(self, path: str) -> list[Json]:
        """What lies there of the street's cameras, oldest first."""
        items = self._api.get(path, limit=_AT_ONCE)["items"]
        return [one for one in reversed(items) if one["camera"] in CAMERAS]

    def _table(self, cases: list[Json]) -> Table:
        table = Table(title="street: cases", title_justify="left")
        for title in ("kind", "what", "camera", "zone", "state", "seen", "pictures"):
            table.add_column(title)
        for case in cases:
            pictures = len(self._api.get(f"/v1/cases/{case['id']}/evidence")["items"])
            where = (case["camera"], case["zone"] or "all of it", case["state"])
            table.add_row(case["kind"], self._names[case["kind"]], *where, str(case["count"]), str(pictures))
        return table


def _truth(film: FilmName) -> list[Json]:
    """The incidents of the film, each with the classes that it needs."""
    incidents: list[Json] = json.loads(truth_file(film).read_text("utf-8"))["incidents"]
    return incidents


def _zone(event: Json) -> str:
    return f"zone {event['zone']}" if event["zone"] else "the whole picture"


def _short(event: Json) -> str:
    return str(event["case_id"])[:12]

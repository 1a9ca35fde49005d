"""The demo's face gate: one person is enrolled, two come."""

from pathlib import Path

import cv2

from api.cli.console import console
from api.cli.demo_api import COLOURS, DemoApi, Json
from sample_videos.people import PersonName, portrait
from vision.errors import ConfigurationError

PURPOSE, GALLERY, GATE, CAMERA = "demo-access", "demo-staff", "demo-gate", "demo-camera"
ENROLLED: PersonName = "astronaut"
STRANGER: PersonName = "grace_hopper"


class GateScene:
    """The gate, its camera and what became of those who came.

    Args:
        api: of the demo.
        clip: of the gate's camera.
    """

    cameras = (CAMERA,)

    def __init__(self, api: DemoApi, clip: Path) -> None:
        self._api = api
        self._clip = clip
        self._subject_id = ""
        self._decisions: list[Json] = []

    def prepare(self) -> None:
        """Enrol one person, and put up a gate with a simulated barrier."""
        subject_id: str = self._api.post("/v1/subjects", {"label": ENROLLED})["id"]
        consent = {"subject_id": subject_id, "purpose": PURPOSE, "evidence": "a public-domain portrait"}
        self._api.post("/v1/consents", consent)
        self._api.post("/v1/galleries", {"id": GALLERY, "purpose": PURPOSE, "title": "People of the demo"})
        picture = cv2.imencode(".jpg", portrait(ENROLLED))[1].tobytes()
        self._api.upload("/v1/enrolments", {"subject_id": subject_id, "gallery": GALLERY}, picture)
        gate = {
            "id": GATE,
            "gallery": GALLERY,
            "mode": "identify",
            "target_fmr": 1e-3,
            "barrier": {"kind": "simulated"},
        }
        self._api.post("/v1/gates", gate)
        self._subject_id = subject_id
        console.print(f"{ENROLLED} is enrolled as {subject_id}, with a consent for {PURPOSE}; {STRANGER} is not.")

    def start(self) -> None:
        """Play the clip as a live camera."""
        console.print(f"playing {self._clip.name} as camera {CAMERA} before gate {GATE} with a simulated barrier")
        self._api.post("/v1/cameras", {"id": CAMERA, "url": f"{self._clip.as_uri()}?play=live", "gate": GATE})

    def show(self, event: Json) -> bool:
        """Whether the event was a decision of this gate; it is printed and kept then."""
        if event["kind"] != "face.decision":
            return False
        self._decisions.append(event)
        word = event["decision"]
        score = "" if event["score"] is None else f", similarity {event['score']:.3f}"
        whom = f" {event['subject_id']}" if event["subject_id"] else ""
        console.print(f"{'gate':>8}  [bold {COLOURS[word]}]{word}[/]{whom}: {event['reason']}{score}")
        return True

    def judge(self) -> None:
        """Fail unless the enrolled person, and nobody else, was let in.

        Raises:
            ConfigurationError: the decisions are not those that the clip calls for.
        """
        got = [(decision["decision"], decision["subject_id"]) for decision in self._decisions]
        if ("accepted", self._subject_id) not in got or ("unknown", None) not in got:
            raise ConfigurationError(f"wanted {ENROLLED} accepted and {STRANGER} unknown, got {got}")

"""`citygate demo`: enrol one person, show the gate's camera two, and leave the API serving.

It is an ordinary client of the API: everything it does can be done with curl.
"""

import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import cv2
import httpx
import typer

from api.cli.console import console, failures_in_one_line
from api.cli.serving import serving
from api.scopes import Scope
from pipelines.records.store import Store
from pipelines.records.values import EVERY_PURPOSE
from pipelines.settings import Settings, utc_now
from sample_videos.gate_clip import render_gate_clip
from sample_videos.people import PersonName, portrait
from vision.errors import ConfigurationError

CACHE = Path(__file__).parents[2] / "sample_videos" / ".cache"
PURPOSE, GALLERY, GATE, CAMERA = "demo-access", "demo-staff", "demo-gate", "demo-camera"
ENROLLED: PersonName = "astronaut"
STRANGER: PersonName = "grace_hopper"
_COLOURS = {"accepted": "green", "rejected": "red", "unknown": "yellow"}
_TIMEOUT_S = 60.0

Json = dict[str, Any]


@failures_in_one_line
def demo(
    *,
    once: Annotated[bool, typer.Option(help="end when the clip has been played")] = False,
    port: Annotated[int | None, typer.Option(help="default: CITYGATE_PORT; 0: any free one")] = None,
) -> None:
    """Enrol a face, play the gate clip as a live camera, print the decisions, serve the API."""
    with console.status("rendering the gate clip (the first time only)"):
        clip = render_gate_clip(CACHE)
    settings = _demo_settings(port)
    key = _make_key(settings)
    with serving(settings) as address, _client(address, key) as client:
        subject_id = _enrol(client)
        console.print(f"{ENROLLED} is enrolled as {subject_id}, with a consent for {PURPOSE}; {STRANGER} is not.")
        decisions = _watch(client, clip)
        _judge(decisions, subject_id)
        if not once:
            _leave_serving(address, key)


def _demo_settings(port: int | None) -> Settings:
    home = CACHE / "home"
    # The demo's own folder, never the user's: what an earlier demo enrolled goes with it.
    shutil.rmtree(home, ignore_errors=True)
    settings = Settings(home=home)
    return settings if port is None else settings.model_copy(update={"port": port})


def _make_key(settings: Settings) -> str:
    with closing(Store.open(settings)) as store:
        expires_at = utc_now() + timedelta(days=1)
        return store.keys.create("demo", [str(scope) for scope in Scope], [EVERY_PURPOSE], expires_at, actor="demo")[1]


@contextmanager
def _client(address: str, key: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, headers={"Authorization": f"Bearer {key}"}, timeout=_TIMEOUT_S) as client:
        yield client


def _post(client: httpx.Client, path: str, body: Json) -> Json:
    return _answer(client.post(path, json=body))


def _answer(response: httpx.Response) -> Json:
    if response.is_error:
        raise ConfigurationError(f"{response.request.method} {response.request.url.path}: {response.text}")
    answer: Json = response.json()
    return answer


def _enrol(client: httpx.Client) -> str:
    subject_id: str = _post(client, "/v1/subjects", {"label": ENROLLED})["id"]
    consent = {"subject_id": subject_id, "purpose": PURPOSE, "evidence": "a public-domain portrait"}
    _post(client, "/v1/consents", consent)
    _post(client, "/v1/galleries", {"id": GALLERY, "purpose": PURPOSE, "title": "People of the demo"})
    picture = cv2.imencode(".jpg", portrait(ENROLLED))[1].tobytes()
    fields = {"subject_id": subject_id, "gallery": GALLERY}
    _answer(client.post("/v1/enrolments", data=fields, files={"image": ("portrait.jpg", picture, "image/jpeg")}))
    return subject_id


def _watch(client: httpx.Client, clip: Path) -> list[Json]:
    """Play the clip before a gate; print what happens, and give the decisions back."""
    gate = {"id": GATE, "gallery": GALLERY, "mode": "identify", "target_fmr": 1e-3, "barrier": {"kind": "simulated"}}
    _post(client, "/v1/gates", gate)
    console.print(f"playing {clip.name} as camera {CAMERA} before gate {GATE} with a simulated barrier")
    decisions = []
    with client.stream("GET", "/v1/events/stream") as stream:
        _post(client, "/v1/cameras", {"id": CAMERA, "url": f"{clip.as_uri()}?play=live", "gate": GATE})
        for event in _events(stream):
            _print(event)
            if event["kind"] == "face.decision":
                decisions.append(event)
            if event["kind"] == "camera.state" and event["state"] == "stopped":
                return decisions
    return decisions


def _events(stream: httpx.Response) -> Iterator[Json]:
    for line in stream.iter_lines():
        if line.startswith("data:"):
            yield json.loads(line.removeprefix("data:"))


def _print(event: Json) -> None:
    at = event["occurred_at"][11:19]
    if event["kind"] == "face.decision":
        word = event["decision"]
        score = "" if event["score"] is None else f", similarity {event['score']:.3f}"
        whom = f" {event['subject_id']}" if event["subject_id"] else ""
        console.print(f"{at}  [bold {_COLOURS[word]}]{word}[/]{whom}: {event['reason']}{score}")
    else:
        console.print(f"{at}  [dim]{event['kind']} {event['state'] or ''}[/]")


def _judge(decisions: list[Json], subject_id: str) -> None:
    """Fail unless the enrolled person, and nobody else, was let in.

    Raises:
        ConfigurationError: the decisions are not those that the clip calls for.
    """
    got = [(decision["decision"], decision["subject_id"]) for decision in decisions]
    if ("accepted", subject_id) not in got or ("unknown", None) not in got:
        raise ConfigurationError(f"wanted {ENROLLED} accepted and {STRANGER} unknown, got {got}")


def _leave_serving(address: str, key: str) -> None:
    console.print(f"\nThe API serves on {address}, its documentation on {address}/docs, with the key")
    console.print(f"  {key}", soft_wrap=True, highlight=False)
    console.print("Try:", f'  curl -H "Authorization: Bearer {key}" {address}/v1/decisions', sep="\n", soft_wrap=True)
    console.print("Ctrl-C ends.")
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        console.print("stopping")

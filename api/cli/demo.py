"""`citygate demo`: a face gate, a parking lot and a street at work, played from clips, and the API left serving.

It is an ordinary client of the API: everything it does can be done with curl. Only the clock is the demo's own, for
the films of the parking lot leave hours out.
"""

import shutil
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import console, failures_in_one_line
from api.cli.demo_api import DemoApi, Json, open_api
from api.cli.demo_clock import StoryClock
from api.cli.demo_gate import GateScene
from api.cli.demo_parking import ParkingScene
from api.cli.demo_street import StreetScene
from api.cli.serving import serving
from api.scopes import Scope
from pipelines.records.store import Store
from pipelines.records.values import EVERY_PURPOSE
from pipelines.settings import Settings
from sample_videos.gate_clip import render_gate_clip
from sample_videos.parking.files import LANE_NAMES, clip

CACHE = Path(__file__).parents[2] / "sample_videos" / ".cache"


@failures_in_one_line
def demo(
    *,
    once: Annotated[bool, typer.Option(help="end when the clips have been played")] = False,
    port: Annotated[int | None, typer.Option(help="default: CITYGATE_PORT; 0: any free one")] = None,
) -> None:
    """Enrol a face, play a gate, a parking lot and a street as cameras, print what is decided, serve the API."""
    with console.status("rendering the gate clip (the first time only)"):
        gate_clip = render_gate_clip(CACHE)
    settings, clock = _demo_settings(port), StoryClock()
    key = _make_key(settings, clock)
    with serving(settings, clock) as address, open_api(address, key) as api:
        gate = GateScene(api, gate_clip)
        parking = ParkingScene(api, clock, {lane: clip(lane) for lane in LANE_NAMES})
        street = StreetScene(api)
        gate.prepare()
        parking.prepare()
        street.prepare()
        _play(api, gate, parking, street)
        gate.judge()
        parking.judge()
        street.judge()
        if not once:
            _leave_serving(address, key)


def _demo_settings(port: int | None) -> Settings:
    home = CACHE / "home"
    # The demo's own folder, never the user's: what an earlier demo enrolled goes with it.
    shutil.rmtree(home, ignore_errors=True)
    settings = Settings(home=home, source_folders=(CACHE.parent,))
    return settings if port is None else settings.model_copy(update={"port": port})


def _make_key(settings: Settings, clock: Callable[[], datetime]) -> str:
    with closing(Store.open(settings, clock)) as store:
        expires_at = clock() + timedelta(days=7)
        return store.keys.create("demo", [str(scope) for scope in Scope], [EVERY_PURPOSE], expires_at, actor="demo")[1]


def _play(api: DemoApi, gate: GateScene, parking: ParkingScene, street: StreetScene) -> None:
    """Play all clips and print what happens, until they have ended; the street follows the gate, beside the cars."""
    playing = {*gate.cameras, *parking.cameras, *street.cameras}
    with api.events() as events, parking.drivers() as drivers:
        gate.start()
        parking.start()
        for event in events:
            if not any(scene.show(event) for scene in (gate, parking, street)):
                _print(event)
            if event["kind"] == "camera.state" and event["state"] == "stopped":
                playing.discard(event["camera_id"])
                if event["camera_id"] in gate.cameras:
                    street.start()
            if not playing:
                break
        drivers.result()


def _print(event: Json) -> None:
    where = event["camera_id"] or event["gate_id"] or event["lane_id"] or ""
    console.print(f"{'':>8}  [dim]{event['kind']} {where} {event['state'] or ''}[/]")


def _leave_serving(address: str, key: str) -> None:
    console.print(f"\nThe API serves on {address}, its documentation on {address}/docs, with the key")
    console.print(f"  {key}", soft_wrap=True, highlight=False)
    console.print("Try:", f'  curl -H "Authorization: Bearer {key}" {address}/v1/cases', sep="\n", soft_wrap=True)
    console.print("Ctrl-C ends.")
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        console.print("stopping")

"""`citygate demo`: a face gate and a parking lot at work, played from clips, and the API left serving.

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
    """Enrol a face, play a gate and a parking lot as live cameras, print the decisions, serve the API."""
    with console.status("rendering the gate clip (the first time only)"):
        gate_clip = render_gate_clip(CACHE)
    settings, clock = _demo_settings(port), StoryClock()
    key = _make_key(settings, clock)
    with serving(settings, clock) as address, open_api(address, key) as api:
        gate = GateScene(api, gate_clip)
        parking = ParkingScene(api, clock, {lane: clip(lane) for lane in LANE_NAMES})
        gate.prepare()
        parking.prepare()
        _play(api, gate, parking)
        gate.judge()
        parking.judge()
        if not once:
            _leave_serving(address, key)


def _demo_settings(port: int | None) -> Settings:
    home = CACHE / "home"
    # The demo's own folder, never the user's: what an earlier demo enrolled goes with it.
    shutil.rmtree(home, ignore_errors=True)
    settings = Settings(home=home)
    return settings if port is None else settings.model_copy(update={"port": port})


def _make_key(settings: Settings, clock: Callable[[], datetime]) -> str:
    with closing(Store.open(settings, clock)) as store:
        expires_at = clock() + timedelta(days=7)
        return store.keys.create("demo", [str(scope) for scope in Scope], [EVERY_PURPOSE], expires_at, actor="demo")[1]


def _play(api: DemoApi, gate: GateScene, parking: ParkingScene) -> None:
    """Play all clips at once and print what happens, until they have ended."""
    playing = {*gate.cameras, *parking.cameras}
    with api.events() as events, parking.drivers() as drivers:
        gate.start()
        parking.start()
        for event in events:
            if not gate.show(event) and not parking.show(event):
                _print(event)
            if event["kind"] == "camera.state" and event["state"] == "stopped":
                playing.discard(event["camera_id"])
            if not playing:
                break
        drivers.result()


def _print(event: Json) -> None:
    where = event["camera_id"] or event["gate_id"] or event["lane_id"] or ""
    console.print(f"{'':>8}  [dim]{event['kind']} {where} {event['state'] or ''}[/]")


def _leave_serving(address: str, key: str) -> None:
    console.print(f"\nThe API serves on {address}, its documentation on {address}/docs, with the key")
    console.print(f"  {key}", soft_wrap=True, highlight=False)
    console.print("Try:", f'  curl -H "Authorization: Bearer {key}" {address}/v1/decisions', sep="\n", soft_wrap=True)
    console.print("Ctrl-C ends.")
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        console.print("stopping")

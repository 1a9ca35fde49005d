"""`bench pipeline`: many cameras at once through decoder, motion gate, turns, stage and courier, as the product does.

The cameras are streams of another process on this machine. The number of a frame is drawn into it when the film is
made, and read back off the picture where events arrive: the time between is that from the glass to the event, without
the exposure and the encoder of a real camera.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import fmean

import numpy as np

from benchmarks.camera_films import SIZE_WH, write_coded_film, write_still_film
from benchmarks.decode_limit import DecodeLimit, measure
from benchmarks.options import BenchOptions
from benchmarks.pipeline_lanes import STREET, Probe, ProbedLanes, open_lane
from benchmarks.result import Listing, Metrics, Result, UsedModel, this_machine
from benchmarks.timing import opencv_threads, percentiles_ms
from pipelines.ingest.reading import MOTION_OF_LANES, Reading
from pipelines.ingest.runtime import CameraRuntime
from pipelines.ingest.status import CameraStatus
from pipelines.records.gate_values import Camera
from pipelines.street_cameras import USUAL_FPS
from vision.errors import ConfigurationError

STILL_FPS, STILL_FRAMES = 25, 750
_WARM_UP_S = 5.0
_START_S = 180.0
_MOST_LATE_S = 60.0


@dataclass(frozen=True, slots=True)
class Offer:
    """What the cameras send.

    Attributes:
        port: of the server.
        began_s: when frame 0 of the film was due, monotonic.
        fps, frames: of the film, which is sent over and over.
    """

    port: int
    began_s: float
    fps: int
    frames: int

    def url(self, place: int, cameras: int) -> str:
        """Of one camera."""
        return f"http://127.0.0.1:{self.port}/{place}/{cameras}"

    def late_s(self, number: int, now_s: float, place: int, cameras: int) -> float:
        """How long ago the newest frame with this number was sent."""
        length_s = self.frames / self.fps
        sent_s = self.began_s + (place / cameras + number) / self.fps
        return (now_s - sent_s) % length_s


@dataclass(frozen=True, slots=True)
class Played:
    """What became of the cameras within the measured time.

    Attributes:
        seconds: of it.
        before, after: status of each camera.
        cpu_s: of this process.
        rss_mb: of this process with one camera, and with all.
    """

    seconds: float
    before: Mapping[str, CameraStatus]
    after: Mapping[str, CameraStatus]
    cpu_s: float
    rss_mb: tuple[float, float]

    def fps(self, camera_id: str) -> float:
        """Frames analysed a second."""
        return (self.after[camera_id].frames_analysed - self.before[camera_id].frames_analysed) / self.seconds

    def count(self, field: str) -> int:
        """By how much this counter grew, all cameras together."""
        return sum(getattr(one, field) - getattr(self.before[name], field) for name, one in self.after.items())


def run(options: BenchOptions, *, video: Path, cameras: int, lane: str, seconds: float, fps: int = 5) -> Result:
    """Throughput, fairness, latency, processor and memory of many cameras, and the limit that decoding sets.

    Args:
        options: no peers.
        video: what the cameras show, brought to 1280x720; at most as many seconds as are measured.
        cameras: how many.
        lane: face, plate or street.
        seconds: measured, after a warm-up.
        fps: frames that each camera offers a second.

    Raises:
        ConfigurationError: no such file or lane, or the cameras cannot be started.
        SourceError: the video cannot be read.
    """
    options.check_peers(())
    with opencv_threads(options.threads), tempfile.TemporaryDirectory() as folder:
        lanes = open_lane(lane, options)
        coded, still = Path(folder) / "coded.flv", Path(folder) / "still.flv"
        frames = write_coded_film(video, coded, fps, max(2 * fps, round(seconds * fps)))
        write_still_film(video, still, STILL_FPS, STILL_FRAMES, options.seed)
        make = partial(lanes.make, _camera("still", lane, "file:///"))
        # As a street camera is read unless it asks for more, and with every frame asked whether anything moves.
        usual = measure(still, MOTION_OF_LANES.get(lane), make, USUAL_FPS if lane == "street" else None)
        every = measure(still, MOTION_OF_LANES.get(lane), make) if lane == "street" else usual
        with _sending(coded) as (port, began_s):
            offer = Offer(port, began_s, fps, frames)
            played = _play(lanes, offer, lane, cameras, seconds)
    return Result(
        benchmark="pipeline",
        command=options.command,
        models=tuple(UsedModel.of(spec) for spec in lanes.models),
        machine=this_machine(options.provider, options.threads),
        n=played.count("frames_analysed"),
        metrics=_metrics(usual, every, played, _late_s(lanes.probe, offer, cameras), lanes.probe),
        conditions=_conditions(offer, cameras, lane, usual),
        listings=(_by_camera(played),),
    )


def _play(lanes: ProbedLanes, offer: Offer, lane: str, cameras: int, seconds: float) -> Played:
    runtime = CameraRuntime(lanes, Reading())
    try:
        runtime.add(_camera("cam-0", lane, offer.url(0, cameras)))
        _wait_for_all(runtime)
        time.sleep(_WARM_UP_S)
        one_mb = _resident_mb()
        for place in range(1, cameras):
            runtime.add(_camera(f"cam-{place}", lane, offer.url(place, cameras)))
        _wait_for_all(runtime)
        time.sleep(_WARM_UP_S)
        lanes.probe.moments.clear()
        lanes.probe.stage_s.clear()
        before, began_s, began_cpu_s = runtime.states(), time.monotonic(), time.process_time()
        time.sleep(seconds)
        after, took_s = runtime.states(), time.monotonic() - began_s
        return Played(took_s, before, after, time.process_time() - began_cpu_s, (one_mb, _resident_mb()))
    finally:
        runtime.close()


def _wait_for_all(runtime: CameraRuntime) -> None:
    deadline = time.monotonic() + _START_S
    while not all(one.frames_analysed > 0 for one in runtime.states().values()):
        if time.monotonic() > deadline:
            words = sorted({str(one.last_error or one.state) for one in runtime.states().values()})
            raise ConfigurationError(f"wanted every camera analysed within {_START_S:g} s, got {', '.join(words)}")
        time.sleep(0.1)


def _camera(camera_id: str, lane: str, url: str) -> Camera:
    # The street's usual 3 frames a second would thin what is offered; here the gate and the turns are to do it.
    street = STREET if lane == "street" else None
    return Camera(camera_id, url, lane, datetime.now(UTC), fps=120, street=street)


def _late_s(probe: Probe, offer: Offer, cameras: int) -> list[float]:
    """From glass to event, of every frame whose number could be read."""
    late = [
        offer.late_s(number, now_s, int(camera_id.removeprefix("cam-")), cameras)
        for camera_id, moments in probe.moments.items()
        for number, now_s in moments
    ]
    return [one for one in late if one < _MOST_LATE_S]


def _metrics(usual: DecodeLimit, every: DecodeLimit, played: Played, late_s: list[float], probe: Probe) -> Metrics:
    rates = [played.fps(camera_id) for camera_id in played.after]
    one_mb, all_mb = played.rss_mb
    cameras = len(rates)
    latency = percentiles_ms(late_s, prefix="latency")
    return {
        "decode_ratio": round(usual.ratio, 3),
        "decode_ratio_every_frame": round(every.ratio, 3),
        "analysed_fps": round(fmean(rates), 3),
        "analysed_fps_least": round(min(rates), 3),
        "dropped": played.count("frames_dropped") + played.count("frames_stale"),
        "still": played.count("frames_still"),
        "fairness": round(max(rates) / min(rates), 3) if min(rates) > 0 else None,
        "latency_ms": {name.removeprefix("latency_"): round(value, 1) for name, value in latency.items()},
        "cpu_s_per_camera_hour": round(played.cpu_s / played.seconds / cameras * 3600, 1),
        "rss_mb_per_camera": round((all_mb - one_mb) / (cameras - 1), 2) if cameras > 1 else None,
        "stages": {
            **{name: round(value, 3) for name, value in every.stages.items()},
            "stage_ms_p50": round(float(np.median(probe.stage_s)) * 1000, 3) if probe.stage_s else None,
        },
    }


def _conditions(offer: Offer, cameras: int, lane: str, limit: DecodeLimit) -> Metrics:
    return {
        "input": f"{cameras} cameras of {SIZE_WH[0]}x{SIZE_WH[1]} at {offer.fps} frames a second, lane {lane}, "
        "as H.264 in FLV over HTTP from another process of this machine",
        "decode_limit": f"{limit.decode_fps:.0f} frames a second of one core decoding alone, {limit.pipeline_fps:.0f} "
        f"with gate and stage; {limit.looked_at} of {STILL_FRAMES} frames of a still scene at {STILL_FPS} frames a "
        f"second were looked at; street cameras are asked {USUAL_FPS:g} times a second whether anything moves",
        "latency": "from when a frame was due to be sent to where events arrive; no exposure, no camera's encoder",
        "cpu": "seconds of this process; the cameras' own process is left out",
        "load": ", ".join(f"{one:.1f}" for one in os.getloadavg()) + " processes wanted a core (1, 5, 15 minutes)",
    }


def _by_camera(played: Played) -> Listing:
    rows = tuple(
        (name, round(played.fps(name), 2), one.frames_dropped, one.frames_stale, one.frames_still)
        for name, one in played.after.items()
    )
    return Listing(title="Cameras", columns=("camera", "analysed a second", "dropped", "stale", "still"), rows=rows)


@contextmanager
def _sending(film: Path) -> Iterator[tuple[int, float]]:
    """The port of the cameras' process, and when the film began."""
    command = [sys.executable, "-m", "benchmarks.camera_server", str(film)]
    with subprocess.Popen(command, cwd=Path(__file__).parents[1], stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        try:
            words = (process.stdout.readline() if process.stdout else "").split()
            if len(words) != 2:
                raise ConfigurationError("wanted a process that sends the film, got one that ended")
            yield int(words[0]), float(words[1])
        finally:
            process.terminate()


def _resident_mb() -> float:
    """Megabytes (10^6 bytes) of memory in use; 0 where the system does not say."""
    status = Path("/proc/self/status")
    found = re.search(r"^VmRSS:\s+(\d+) kB$", status.read_text(), re.MULTILINE) if status.exists() else None
    return int(found[1]) * 1024 / 1e6 if found else 0.0

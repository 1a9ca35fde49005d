"""`bench false-alarms`: how often does a camera cry wolf on films in which nothing happens?"""

import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from pydantic import JsonValue

from benchmarks.options import BenchOptions
from benchmarks.result import Listing, Metrics, Result, this_machine
from benchmarks.street_films import PlayedFilm, play_film
from benchmarks.timing import opencv_threads, percentiles_ms
from pipelines.stages.street import StreetDetector
from pipelines.street_cameras import read_street_camera
from vision.errors import ConfigurationError

_RULE_OF_THREE = 3.0
_DOUBT = 0.05


def run(
    options: BenchOptions, *, videos: Sequence[Path], camera: Path, detector: StreetDetector | None = None
) -> Result:
    """Alarms over all films, each through a stage of its own; every one of them counts as false.

    Args:
        options: no peers.
        videos: films in which nothing happens that the camera file calls an incident.
        camera: TOML, as `pipelines.street_cameras` reads it.
        detector: None: only rules that need no learned class can cry.

    Raises:
        ConfigurationError: a wrong camera file, or no film.
        SourceError: a film cannot be read to its end.
    """
    options.check_peers(())
    if not videos:
        raise ConfigurationError("--video: wanted at least one film, got none")
    street = read_street_camera(camera)
    with opencv_threads(options.threads):
        films = [play_film(video, street, detector) for video in options.progress(videos, "films")]
    return Result(
        benchmark="false-alarms",
        command=options.command,
        models=(),
        machine=this_machine(options.provider, options.threads),
        n=len(films),
        metrics=alarm_rate(films),
        conditions={
            "input": f"films at {street.fps} frames a second; each begins with a stage that knows nothing yet",
            "detector": "none: no learned class can be found" if detector is None else type(detector).__name__,
            "upper_95": "3 / hours when there is no alarm, otherwise the exact Poisson bound",
        },
        listings=(_listing(videos, films),),
    )


def alarm_rate(films: Sequence[PlayedFilm]) -> Metrics:
    """The contract's metrics; None for rates over no time."""
    alarms = sum(len(film.starts) for film in films)
    hours = sum(film.length_s for film in films) / 3600
    return {
        "alarms": alarms,
        "camera_hours": round(hours, 6),
        "per_camera_hour": round(alarms / hours, 4) if hours else None,
        "upper_95": round(upper_95(alarms) / hours, 4) if hours else None,
        **percentiles_ms([seconds for film in films for seconds in film.frame_s]),
    }


def upper_95(events: int) -> float:
    """The mean above which so few events would be seen in one of twenty runs; 3 for none (2.996 exactly)."""
    if events == 0:
        return _RULE_OF_THREE
    low, high = float(events), events + 6.0 * math.sqrt(events + 1.0) + 6.0
    while high - low > 1e-6:
        middle = (low + high) / 2
        at_most = math.fsum(math.exp(k * math.log(middle) - middle - math.lgamma(k + 1)) for k in range(events + 1))
        low, high = (middle, high) if at_most > _DOUBT else (low, middle)
    return low


def _listing(videos: Sequence[Path], films: Sequence[PlayedFilm]) -> Listing:
    """What was told in each film."""
    rows: list[tuple[JsonValue, ...]] = []
    for video, film in zip(videos, films, strict=True):
        kinds = Counter(f"{one.kind} {one.detail}".strip() for one in film.starts)
        told = ", ".join(f"{kind} x {count}" for kind, count in sorted(kinds.items()))
        rows.append((video.name, round(film.length_s, 1), told or "nothing"))
    return Listing(title="Films", columns=("film", "seconds", "told"), rows=tuple(rows))

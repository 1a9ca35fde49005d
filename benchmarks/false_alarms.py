"""`bench false-alarms`: how often does a camera cry wolf on films and pictures in which nothing happens?"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from pydantic import JsonValue

from benchmarks.held_pictures import check_hold, picture_files, play_picture
from benchmarks.options import BenchOptions
from benchmarks.result import Listing, Metrics, Result, this_machine
from benchmarks.street_films import PlayedFilm, play_film
from benchmarks.street_models import watching_detector
from benchmarks.timing import opencv_threads, percentiles_ms
from pipelines.street_cameras import read_street_camera
from vision.errors import ConfigurationError

_RULE_OF_THREE = 3.0
_DOUBT = 0.05


@dataclass(frozen=True, slots=True)
class Still:
    """Films and pictures in which nothing happens.

    Attributes:
        videos: films.
        folders: of pictures; `--limit` is so many of each.
        left_out: names of pictures that do show what a rule looks for.
        hold_s: how long each picture is held before a camera of its own.
    """

    videos: Sequence[Path] = ()
    folders: Sequence[Path] = ()
    left_out: frozenset[str] = field(default_factory=frozenset)
    hold_s: float = 10.0


def run(options: BenchOptions, *, still: Still, camera: Path, detector: str | None = None) -> Result:
    """Alarms over all films and pictures, each through a stage of its own; every one of them counts as false.

    Args:
        options: no peers.
        still: in which nothing happens that the camera file calls an incident.
        camera: TOML, as `pipelines.street_cameras` reads it.
        detector: id or ONNX file; None: only rules that need no learned class can cry.

    Raises:
        ConfigurationError: a wrong camera file, no film and no picture, an unknown detector, or a time in which no
            rule could cry.
        BadInput: a folder without pictures.
        SourceError: a film cannot be read to its end.
    """
    options.check_peers(())
    if not still.videos and not still.folders:
        raise ConfigurationError("--video or --pictures: wanted at least one film or folder, got none")
    street = read_street_camera(camera)
    if still.folders:
        check_hold(street, still.hold_s)
    pictures = _pictures(still, options)
    watching = watching_detector(options, detector)
    with opencv_threads(options.threads):
        films = [play_film(one, street, watching.detector) for one in options.progress(still.videos, "films")]
        held = [
            play_picture(one, street, watching.detector, still.hold_s)
            for one in options.progress(tuple(chain(*pictures.values())), "pictures")
        ]
    return Result(
        benchmark="false-alarms",
        command=options.command,
        models=watching.models,
        machine=this_machine(options.provider, options.threads),
        n=len(films) + len(held),
        metrics=alarm_rate([*films, *held]) | picture_rate(held) | _times(films, held),
        conditions={
            "input": f"films at {street.fps} frames a second; each begins with a stage that knows nothing yet",
            "pictures": f"each held for {still.hold_s} s before a camera of its own and looked at once: what is seen "
            "is seen all the time; hours of pictures hold as many scenes as pictures, and no more",
            "left_out": len(still.left_out),
            "detector": watching.told,
            "camera_hours": "without the blind hours, in which the camera counted as at fault and no rule could tell",
            "upper_95": "3 / hours when there is no alarm, otherwise the exact Poisson bound",
        },
        listings=(_listing(still.videos, films, pictures, held), _alarms(still.videos, films, pictures, held)),
    )


def alarm_rate(films: Sequence[PlayedFilm]) -> Metrics:
    """The contract's metrics; None for rates over no time."""
    alarms = sum(len(film.starts) for film in films)
    blind = sum(film.blind_s for film in films) / 3600
    hours = sum(film.length_s for film in films) / 3600 - blind
    return {
        "alarms": alarms,
        "camera_hours": round(hours, 6),
        "blind_hours": round(blind, 6),
        "per_camera_hour": round(alarms / hours, 4) if hours else None,
        "upper_95": round(upper_95(alarms) / hours, 4) if hours else None,
    }


def picture_rate(held: Sequence[PlayedFilm]) -> Metrics:
    """The share of pictures that raise an alarm; nothing without pictures."""
    if not held:
        return {}
    alarmed = sum(bool(one.starts) for one in held)
    return {
        "pictures": len(held),
        "pictures_alarmed": alarmed,
        "pictures_upper_95": round(upper_95(alarmed) / len(held), 6),
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


def _pictures(still: Still, options: BenchOptions) -> dict[Path, list[Path]]:
    """Folder -> its pictures but those left out."""
    return {
        folder: [one for one in picture_files(folder, options.limit, options.seed) if one.name not in still.left_out]
        for folder in still.folders
    }


def _times(films: Sequence[PlayedFilm], held: Sequence[PlayedFilm]) -> Metrics:
    """Of a picture only the first frame counts: in all others nobody looks."""
    seconds = [*chain(*(film.frame_s for film in films)), *(one.frame_s[0] for one in held)]
    return {**percentiles_ms(seconds)}


def _listing(
    videos: Sequence[Path], films: Sequence[PlayedFilm], pictures: dict[Path, list[Path]], held: Sequence[PlayedFilm]
) -> Listing:
    """What was told in each film and each folder."""
    rows = [_row(video.name, [film]) for video, film in zip(videos, films, strict=True)]
    left = iter(held)
    rows += [_row(folder.name, [next(left) for _ in names]) for folder, names in pictures.items()]
    return Listing(title="Films", columns=("film", "seconds", "blind s", "told"), rows=tuple(rows))


def _row(name: str, played: Sequence[PlayedFilm]) -> tuple[JsonValue, ...]:
    kinds = Counter(f"{alarm.kind} {alarm.detail}".strip() for one in played for alarm in one.starts)
    told = ", ".join(f"{kind} x {count}" for kind, count in sorted(kinds.items()))
    length_s, blind_s = sum(one.length_s for one in played), sum(one.blind_s for one in played)
    return (name, round(length_s, 1), round(blind_s, 1), told or "nothing")


def _alarms(
    videos: Sequence[Path], films: Sequence[PlayedFilm], pictures: dict[Path, list[Path]], held: Sequence[PlayedFilm]
) -> Listing:
    """Every alarm, for a person to look at."""
    names = [*(video.name for video in videos), *(f"{one.parent.name}/{one.name}" for one in chain(*pictures.values()))]
    rows: list[tuple[JsonValue, ...]] = [
        (name, alarm.kind, alarm.detail, round(one.second(alarm.seen_at), 2), [round(float(x)) for x in alarm.xyxy])
        for name, one in zip(names, [*films, *held], strict=True)
        for alarm in one.starts
    ]
    return Listing(title="Alarms", columns=("film", "kind", "detail", "told s", "box"), rows=tuple(rows))

"""A street camera's stage on a film, as fast as it goes: what it told, and how long it took."""

import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from benchmarks.timing import timed
from pipelines.ingest.address import parse_address
from pipelines.ingest.reading import Reading
from pipelines.ingest.video import VideoSource
from pipelines.stages.sparing import StreetDetector
from pipelines.stages.street import StreetStage
from pipelines.street.line_counts import Direction
from pipelines.street_cameras import StreetCamera
from vision.errors import ConfigurationError
from vision.incidents import Incident
from vision.types import Frame

BEGINS_AT = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
"""When a film counts as taken, if nothing else is said: noon in China."""
LineCounts = Mapping[str, tuple[int, int]]
"""Line -> in, out."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """Somebody went over a line.

    Attributes:
        line: its id.
        at_s: of film.
    """

    line: str
    direction: Direction
    at_s: float


@dataclass(frozen=True, slots=True, eq=False)
class PlayedFilm:
    """What a stage made of a film.

    Attributes:
        incidents: as told, in order.
        begins_at: the time of its first frame.
        length_s: of film that was looked at.
        frame_s: how long each frame took in the stage, decoding left out.
        crossings: of all lines, in order.
        blind_s: of the film, in which the stage trusted its camera in nothing and no rule could tell anything.
    """

    incidents: tuple[Incident, ...]
    begins_at: datetime
    length_s: float
    frame_s: tuple[float, ...]
    crossings: tuple[Crossing, ...] = ()
    blind_s: float = 0.0

    @property
    def starts(self) -> tuple[Incident, ...]:
        """The alarms: each incident once."""
        return tuple(one for one in self.incidents if one.phase == "start")

    def second(self, moment: datetime) -> float:
        """Of the film."""
        return (moment - self.begins_at).total_seconds()


def film_frames(film: Path, camera: StreetCamera, begins_at: datetime = BEGINS_AT) -> Iterator[Frame]:
    """The frames that the camera's rate asks for, with times of the film.

    Raises:
        ConfigurationError: there is no such file.
        SourceError: it cannot be read, or not to its end.
    """
    if not film.is_file():
        raise ConfigurationError(f"--video: wanted a file, got {film}")
    source = VideoSource(camera.id, parse_address(film.resolve().as_uri()), lambda: begins_at, Reading(), camera.fps)
    with closing(source.frames(threading.Event())) as frames:
        yield from frames


def play_film(
    film: Path, camera: StreetCamera, detector: StreetDetector | None = None, begins_at: datetime = BEGINS_AT
) -> PlayedFilm:
    """The film through a stage of its own.

    Raises:
        ConfigurationError: there is no such file.
        SourceError: it cannot be read, or not to its end.
    """
    return play_frames(film_frames(film, camera, begins_at), camera, detector, begins_at)


def play_frames(
    frames: Iterable[Frame], camera: StreetCamera, detector: StreetDetector | None, begins_at: datetime = BEGINS_AT
) -> PlayedFilm:
    """The frames through a stage that knows nothing yet; `begins_at` counts where there is none."""
    stage = StreetStage(camera, detector)
    incidents: list[Incident] = []
    crossings: list[Crossing] = []
    frame_s: list[float] = []
    blind_s = 0.0
    first_at = last_at = begins_at
    for frame in frames:
        first_at = first_at if frame_s else frame.captured_at
        counts = stage.line_counts
        seconds, told = timed(partial(stage.process, frame))
        if frame_s and not stage.trusted:
            blind_s += (frame.captured_at - last_at).total_seconds()
        last_at = frame.captured_at
        frame_s.append(seconds)
        incidents += told
        crossings += _new_crossings(counts, stage.line_counts, (last_at - first_at).total_seconds())
    length_s = (last_at - first_at).total_seconds()
    return PlayedFilm(tuple(incidents), first_at, length_s, tuple(frame_s), tuple(crossings), blind_s)


def _new_crossings(before: LineCounts, after: LineCounts, at_s: float) -> Iterator[Crossing]:
    """What one frame added to the counts, each crossing by itself."""
    for line, (came, went) in after.items():
        had_come, had_gone = before.get(line, (0, 0))
        yield from (Crossing(line, "in", at_s) for _ in range(came - had_come))
        yield from (Crossing(line, "out", at_s) for _ in range(went - had_gone))

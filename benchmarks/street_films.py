"""A street camera's stage on a film, as fast as it goes: what it told, and how long it took."""

import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from benchmarks.timing import timed
from pipelines.ingest.address import parse_address
from pipelines.ingest.reading import Reading
from pipelines.ingest.video import VideoSource
from pipelines.stages.street import StreetDetector, StreetStage
from pipelines.street_cameras import StreetCamera
from vision.errors import ConfigurationError
from vision.incidents import Incident
from vision.types import Frame

BEGINS_AT = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
"""When a film counts as taken, if nothing else is said: noon in China."""


@dataclass(frozen=True, slots=True, eq=False)
class PlayedFilm:
    """What a stage made of a film.

    Attributes:
        incidents: as told, in order.
        begins_at: the time of its first frame.
        length_s: of film that was looked at.
        frame_s: how long each frame took in the stage, decoding left out.
        line_counts: in and out over each line.
    """

    incidents: tuple[Incident, ...]
    begins_at: datetime
    length_s: float
    frame_s: tuple[float, ...]
    line_counts: dict[str, tuple[int, int]]

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
    stage = StreetStage(camera, detector)
    incidents: list[Incident] = []
    frame_s: list[float] = []
    first_at = last_at = begins_at
    for frame in film_frames(film, camera, begins_at):
        first_at = first_at if frame_s else frame.captured_at
        last_at = frame.captured_at
        seconds, told = timed(partial(stage.process, frame))
        frame_s.append(seconds)
        incidents += told
    length_s = (last_at - first_at).total_seconds()
    return PlayedFilm(tuple(incidents), first_at, length_s, tuple(frame_s), stage.line_counts)

"""Pictures as streams: each is held before a street camera's stage of its own for some seconds."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import timedelta
from pathlib import Path

import supervision as sv

from benchmarks.labels import LABELS_FILE, PictureLine, read_lines, read_picture
from benchmarks.street_films import BEGINS_AT, PlayedFilm, play_frames
from pipelines.stages.sparing import StreetDetector
from pipelines.street_cameras import StreetCamera
from vision.errors import BadInput, ConfigurationError
from vision.types import Frame, Image

_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")
_FRAMES_TO_TELL = 2
"""A track is confirmed in its second frame: from there on a rule's time runs."""


class _OnceADetector:
    """A detector that looks at each picture once: the same pixels give the same objects."""

    def __init__(self, detector: StreetDetector) -> None:
        self._detector = detector
        self._image: Image | None = None
        self._found = sv.Detections.empty()

    def detect(self, image: Image) -> sv.Detections:
        if image is not self._image:
            self._image, self._found = image, self._detector.detect(image)
        return deepcopy(self._found)  # a tracker writes its numbers into what it is given


def picture_files(folder: Path, limit: int | None = None, seed: int = 0) -> tuple[Path, ...]:
    """The pictures that `folder`/labels.jsonl lists, or where there is none all in the folder, by name.

    Raises:
        BadInput: no such folder, no picture in it, or a wrong line or a missing picture.
    """
    if (folder / LABELS_FILE).is_file():
        return tuple(line.image for line in read_lines(folder, PictureLine, limit, seed))
    if not folder.is_dir():
        raise BadInput(f"--pictures: wanted a folder, got {folder}")
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() in _SUFFIXES)
    if not found:
        raise BadInput(f"{folder}: wanted {LABELS_FILE} or at least one picture, got none")
    return tuple(found[:limit])


def read_names(path: Path) -> frozenset[str]:
    """The first word of each line of a file; lines that begin with # say something else.

    Raises:
        BadInput: it cannot be read.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: wanted a file of names, got {error}") from error
    return frozenset(words[0] for line in lines if (words := line.split()) and not words[0].startswith("#"))


def check_hold(camera: StreetCamera, hold_s: float) -> None:
    """Refuse a time in which a rule could not cry, or the camera would count as frozen.

    Raises:
        ConfigurationError: with what would do.
    """
    waits_s = max((rule.start_after_s for zone in camera.zones for rule in zone.rules), default=0.0)
    least_s, most_s = waits_s + _FRAMES_TO_TELL / camera.fps, camera.health.frozen_after_s
    if not least_s <= hold_s < most_s:
        raise ConfigurationError(
            f"--hold-s: wanted at least {least_s:.2f} s, in which the slowest rule can tell, and less than "
            f"{most_s:.2f} s, after which the camera counts as frozen, got {hold_s}"
        )


def play_picture(picture: Path, camera: StreetCamera, detector: StreetDetector | None, hold_s: float) -> PlayedFilm:
    """The picture, held so long, through a stage that knows nothing yet.

    Raises:
        NotAnImage: it cannot be read.
    """
    once = None if detector is None else _OnceADetector(detector)
    return play_frames(_held(read_picture(picture), camera, hold_s), camera, once)


def _held(image: Image, camera: StreetCamera, hold_s: float) -> Iterator[Frame]:
    for number in range(round(hold_s * camera.fps) + 1):
        yield Frame(camera.id, number, BEGINS_AT + timedelta(seconds=number / camera.fps), image)

"""Films as the benchmark's cameras send them: the video in 720 lines with a time code, and a still one."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from fractions import Fraction
from itertools import islice
from pathlib import Path

import av
import cv2
import numpy as np

from benchmarks.time_code import BITS, draw_number
from pipelines.ingest.address import parse_address
from pipelines.ingest.reading import Reading
from pipelines.ingest.video import VideoSource
from vision.errors import ConfigurationError
from vision.types import Image

SIZE_WH = (1280, 720)
# As cameras send: no pictures that refer to later ones, and a whole one every two seconds.
_ENCODING = {"preset": "veryfast", "tune": "zerolatency", "crf": "26"}
_KEY_S = 2
_SENSOR_NOISE = 2.0


def write_coded_film(video: Path, path: Path, fps: int, most: int) -> int:
    """The video at so many frames a second, each with its number in the corner; how many there are.

    Raises:
        ConfigurationError: there is no such file, or it has no frame.
        SourceError: it cannot be read.
    """
    if not video.is_file():
        raise ConfigurationError(f"--video: wanted a file, got {video}")
    pictures = (draw_number(picture, number) for number, picture in enumerate(_pictures(video, fps, most)))
    return _write(path, pictures, fps)


def write_still_film(video: Path, path: Path, fps: int, frames: int, seed: int) -> None:
    """The video's first frame, so many times, with a sensor's noise.

    Raises:
        ConfigurationError, SourceError: as `write_coded_film`.
    """
    random = np.random.default_rng(seed)
    (scene,) = islice(_pictures(video, fps, 1), 1)

    def noisy() -> Iterator[Image]:
        for _ in range(frames):
            noise = random.normal(0, _SENSOR_NOISE, scene.shape[:2]).astype(np.float32)[..., None]
            yield (scene + noise).round().clip(0, 255).astype(np.uint8)

    _write(path, noisy(), fps)


def _pictures(video: Path, fps: int, most: int) -> Iterator[Image]:
    begins_at = datetime(2026, 11, 21, tzinfo=UTC)
    source = VideoSource("bench", parse_address(video.resolve().as_uri()), lambda: begins_at, Reading(), float(fps))
    with closing(source.frames(threading.Event())) as frames:
        for frame in islice(frames, min(most, 2**BITS)):
            yield cv2.resize(frame.image, SIZE_WH, interpolation=cv2.INTER_AREA)


def _write(path: Path, pictures: Iterable[Image], fps: int) -> int:
    count = 0
    with av.open(str(path), "w", format="flv") as container:
        stream = container.add_stream("libx264", rate=fps, options=_ENCODING)
        stream.width, stream.height, stream.pix_fmt = *SIZE_WH, "yuv420p"
        stream.gop_size, stream.max_b_frames = _KEY_S * fps, 0
        for picture in pictures:
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts, frame.time_base = count, Fraction(1, fps)
            container.mux(stream.encode(frame))
            count += 1
        container.mux(stream.encode())
    if count == 0:
        raise ConfigurationError(f"{path.name}: wanted at least one frame, got none")
    return count

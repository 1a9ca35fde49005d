"""Small films and pictures, written when a test asks for them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

from pipelines.records.gate_values import Camera
from vision.types import Image

FPS = 10
WIDTH, HEIGHT = 160, 120
NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


def picture(number: int) -> Image:
    """(120, 160, 3): noise that cannot be pressed into a few bytes, brighter from one number to the next."""
    noise = np.random.default_rng(number).integers(0, 60, (HEIGHT, WIDTH, 3))
    return (noise + min(180, 10 * number)).astype(np.uint8)


def write_film(path: Path, frames: int = 20, moov_first: bool = False) -> Path:
    """A film of so many pictures at 10 a second, in the format of the name's suffix."""
    return write_pictures(path, [picture(number) for number in range(frames)], moov_first)


def write_pictures(path: Path, pictures: Sequence[Image], moov_first: bool = False) -> Path:
    """A film of these pictures, all of one size, at 10 a second, in the format of the name's suffix."""
    options = {"movflags": "faststart"} if moov_first else {}
    with av.open(str(path), "w", options=options) as container:
        stream = container.add_stream("mpeg4", rate=FPS)
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        stream.gop_size, stream.bit_rate = 1, 2_000_000  # each picture by itself, all about as large
        for number, image in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(image, format="bgr24")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def jpeg(number: int = 0) -> bytes:
    """The picture of that number."""
    return bytes(cv2.imencode(".jpg", picture(number))[1])


def camera(url: str, camera_id: str = "north", fps: float | None = None, lane: str = "face") -> Camera:
    """A camera with this address."""
    return Camera(camera_id, url, lane, NOW, fps=fps)

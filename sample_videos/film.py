"""Pictures into a clip."""

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]


def encode(
    path: Path,
    pictures: Iterable[Pixels],
    size_wh: tuple[int, int],
    fps: int,
    options: dict[str, str],
    bit_rate: int | None = None,
) -> None:
    """Write H.264 in MP4.

    Args:
        path: of the clip.
        pictures: (H, W, 3) uint8 BGR.
        size_wh: of all of them.
        fps: pictures a second.
        options: of libx264.
        bit_rate: bits a second; None: as the options say.
    """
    with av.open(str(path), "w", format="mp4", options={"movflags": "faststart"}) as container:
        stream = container.add_stream("libx264", rate=fps, options=options)
        stream.width, stream.height, stream.pix_fmt, stream.gop_size = *size_wh, "yuv420p", 2 * fps
        if bit_rate is not None:
            stream.bit_rate = bit_rate
        # One thread: the clip must not depend on how many cores drew it.
        stream.thread_count = 1
        for number, image in enumerate(pictures):
            picture = av.VideoFrame.from_ndarray(image, format="bgr24")
            picture.pts, picture.time_base = number, Fraction(1, fps)
            container.mux(stream.encode(picture))
        container.mux(stream.encode())


@contextmanager
def whole_or_not(path: Path) -> Iterator[Path]:
    """A file beside `path` to be written, which takes its name when the block ends well, and is gone otherwise."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(descriptor)
    temporary = Path(name)
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)

"""The gate clip: one person comes, stands before the gate and goes; then another one.

Rendered from two public-domain portraits (`sample_videos.people`) into a drawn corridor (`sample_videos.scene`), with
what a gate's camera adds: motion blur, a lamp that flickers, daylight through the doors, sensor noise, compression.
The same seed gives the same clip on the same versions of the libraries.
"""

import json
import os
import tempfile
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path

import av

from sample_videos.camera import FPS, GateCamera
from sample_videos.people import PEOPLE
from sample_videos.scene import HEIGHT, WIDTH
from sample_videos.walks import Appearance, appearance

VERSION = 1
"""Part of the clip's name: raise it when the picture changes, so that caches are rendered anew."""
SECONDS = 15.0
_BIT_RATE = 1_200_000


def render_gate_clip(folder: Path, seed: int = 0) -> Path:
    """The clip, from the folder when it was rendered before: H.264 in MP4, 1280x720, 15 frames a second, 15 s.

    Beside it lies the truth, the same name with `.json`: `{"fps", "seconds", "size_wh", "people": [Appearance]}`.

    Args:
        folder: a cache; made when missing. Both files appear whole or not at all.
        seed: of noise and flicker.
    """
    folder.mkdir(parents=True, exist_ok=True)
    clip = folder / f"gate-v{VERSION}-{seed}.mp4"
    truth = clip.with_suffix(".json")
    if clip.is_file() and truth.is_file():
        return clip
    _write_truth(truth)
    temporary = _beside(clip)
    try:
        _encode(temporary, seed)
        temporary.replace(clip)
    finally:
        temporary.unlink(missing_ok=True)
    return clip


def appearances() -> tuple[Appearance, ...]:
    """Who is seen when, in order."""
    return tuple(appearance(person, WIDTH) for person in PEOPLE)


def _write_truth(path: Path) -> None:
    truth = {
        "fps": FPS,
        "seconds": SECONDS,
        "size_wh": [WIDTH, HEIGHT],
        "people": [asdict(one) for one in appearances()],
    }
    temporary = _beside(path)
    temporary.write_text(json.dumps(truth, indent=2) + "\n", "utf-8")
    temporary.replace(path)


def _encode(path: Path, seed: int) -> None:
    camera = GateCamera(seed)
    with av.open(str(path), "w", format="mp4", options={"movflags": "faststart"}) as container:
        stream = container.add_stream("libx264", rate=FPS, options={"preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.bit_rate, stream.gop_size = _BIT_RATE, 2 * FPS
        # One thread: the clip must not depend on how many cores drew it.
        stream.thread_count = 1
        for number in range(round(SECONDS * FPS)):
            picture = av.VideoFrame.from_ndarray(camera.frame(number / FPS), format="bgr24")
            picture.pts, picture.time_base = number, Fraction(1, FPS)
            container.mux(stream.encode(picture))
        container.mux(stream.encode())


def _beside(path: Path) -> Path:
    """An empty file in the same folder, to be renamed: a name of this process alone."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(descriptor)
    return Path(name)

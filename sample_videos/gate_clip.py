"""The gate clip: one person comes, stands before the gate and goes; then another one.

Rendered from two public-domain portraits (`sample_videos.people`) into a drawn corridor (`sample_videos.scene`), with
what a gate's camera adds: motion blur, a lamp that flickers, daylight through the doors, sensor noise, compression.
The same seed gives the same clip on the same versions of the libraries.
"""

import json
from dataclasses import asdict
from pathlib import Path

from sample_videos.camera import FPS, GateCamera
from sample_videos.film import encode, whole_or_not
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
    camera = GateCamera(seed)
    with whole_or_not(truth) as path:
        path.write_text(json.dumps(_truth(), indent=2) + "\n", "utf-8")
    with whole_or_not(clip) as path:
        pictures = (camera.frame(number / FPS) for number in range(round(SECONDS * FPS)))
        encode(path, pictures, (WIDTH, HEIGHT), FPS, {"preset": "veryfast"}, _BIT_RATE)
    return clip


def appearances() -> tuple[Appearance, ...]:
    """Who is seen when, in order."""
    return tuple(appearance(person, WIDTH) for person in PEOPLE)


def _truth() -> dict[str, object]:
    return {
        "fps": FPS,
        "seconds": SECONDS,
        "size_wh": [WIDTH, HEIGHT],
        "people": [asdict(one) for one in appearances()],
    }

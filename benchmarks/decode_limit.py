"""How much of what a core can decode is left when the frames of a still scene also pass the pipeline.

Both ways read the same film as fast as they go, in turn, on one thread, and are timed in seconds of this thread's
processor: a busy neighbour costs neither. Decoding alone makes no colours, for nobody looks.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from pipelines.ingest.address import parse_address
from pipelines.ingest.media import brightness, open_media
from pipelines.ingest.reading import Reading
from pipelines.ingest.timeline import Thinning
from pipelines.ingest.video import VideoSource
from pipelines.ingest.worker import Stage
from vision.motion_gate import MotionGate, MotionLimits

ROUNDS = 5
_BEGINS_AT = datetime(2026, 11, 21, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class DecodeLimit:
    """What was measured.

    Attributes:
        decode_fps, pipeline_fps: frames a second of processor time.
        looked_at: frames of a round that passed the gate.
        stages: milliseconds: `decode_ms` and `gate_ms` of each frame, `look_ms` (its colours and its stage) of each
            that passed the gate.
    """

    decode_fps: float
    pipeline_fps: float
    looked_at: int
    stages: dict[str, float]

    @property
    def ratio(self) -> float:
        """Of the two."""
        return self.pipeline_fps / self.decode_fps


def measure(
    film: Path,
    motion: MotionLimits | None,
    make: Callable[[], Stage[object]],
    fps: float | None = None,
    rounds: int = ROUNDS,
) -> DecodeLimit:
    """Medians of some rounds, after one that does not count.

    Args:
        film: nothing moves in it.
        motion: of the lane; None: it has no gate, and every frame is looked at. The street has been still for longer
            than it holds on: what a film begins with is no motion here.
        make: a new stage.
        fps: frames a second that are asked for; None: every one is.
        rounds: at least one.
    """
    motion = motion and motion.model_copy(update={"hold_s": 0.0})
    ways: dict[str, Callable[[], int]] = {
        "decode": lambda: _decoded(film),
        "gate": lambda: _gated(film, motion, fps),
        "pipeline": lambda: _passed(film, motion, make(), fps),
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    counts: Counter[str] = Counter()
    for number in range(rounds + 1):
        for name, way in ways.items():
            began_s = time.thread_time()
            counts[name] = way()
            if number > 0:
                seconds[name].append(time.thread_time() - began_s)
    took = {name: median(all_s) for name, all_s in seconds.items()}
    frames = counts["decode"]
    looked_s = max(0.0, took["pipeline"] - took["gate"])
    return DecodeLimit(
        decode_fps=frames / took["decode"],
        pipeline_fps=frames / took["pipeline"],
        looked_at=counts["pipeline"],
        stages={
            "decode_ms": took["decode"] * 1000 / frames,
            "gate_ms": max(0.0, took["gate"] - took["decode"]) * 1000 / frames,
            "look_ms": looked_s * 1000 / max(1, counts["pipeline"]),
        },
    )


def _decoded(film: Path) -> int:
    with closing(open_media(parse_address(film.as_uri()), Reading().timeouts)) as media:
        return sum(1 for _ in media.pictures())


def _gated(film: Path, motion: MotionLimits | None, fps: float | None) -> int:
    """Decoded and asked whether anything moved; nothing is looked at."""
    if motion is None:
        return _decoded(film)
    gate, thinning = MotionGate(motion), Thinning(fps)
    with closing(open_media(parse_address(film.as_uri()), Reading().timeouts)) as media:
        moments = ((one, _BEGINS_AT + timedelta(seconds=media.time_s(one) or 0.0)) for one in media.pictures())
        return sum(thinning.keeps(now) and gate.passes(brightness(picture), now) for picture, now in moments)


def _passed(film: Path, motion: MotionLimits | None, stage: Stage[object], fps: float | None) -> int:
    """The frames that passed the gate, each through the stage."""
    source = VideoSource("still", parse_address(film.as_uri()), lambda: _BEGINS_AT, Reading(), fps, motion)
    looked_at = 0
    with closing(source.frames(threading.Event())) as frames:
        for frame in frames:
            list(stage.process(frame))
            looked_at += 1
    return looked_at

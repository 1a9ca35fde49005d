"""Everything that PyAV reads, as a source of frames: files, network streams, webcams."""

import itertools
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from datetime import datetime

import av

from pipelines.ingest.address import Address
from pipelines.ingest.media import Media, brightness, open_media
from pipelines.ingest.reading import Reading
from pipelines.ingest.timeline import Thinning, Timeline
from vision.errors import SourceError
from vision.motion_gate import MotionGate, MotionLimits
from vision.types import Frame

_ENDED_SHARE = 0.9
"""A file that ends before this share of the length it states was cut off."""


class VideoSource:
    """One video file or stream.

    Args:
        camera_id: of the frames.
        address: where it comes from.
        clock: anchors the stream's own time to the day.
        reading: time-outs, and which addresses may be opened.
        fps: frames a second to be looked at; None: all.
        motion: what passes the motion gate; None: everything.
    """

    def __init__(
        self,
        camera_id: str,
        address: Address,
        clock: Callable[[], datetime],
        reading: Reading,
        fps: float | None = None,
        motion: MotionLimits | None = None,
    ) -> None:
        self._camera_id = camera_id
        self._address = address
        self._clock = clock
        self._reading = reading
        self._fps = fps
        self._motion = motion
        self.still = 0
        self.live = address.live
        self.lasting = address.lasting

    def frames(self, stopping: threading.Event) -> Generator[Frame, None, None]:
        """See `Source.frames`; a file played live keeps real time.

        Raises:
            SourceError: `forbidden`, `unknown_host`, `timed_out`, `unreachable`, `not_authorized`, `not_found`,
                `damaged`, `truncated`, `no_pictures`, `ended`, `unreadable`.
        """
        timeline = Timeline(self._clock, live=self.live)
        thinning = Thinning(self._fps)
        gate = None if self._motion is None else MotionGate(self._motion)
        numbers = itertools.count()
        while not stopping.is_set():
            timeline.restart()
            address = self._reading.admit(self._address)
            with closing(open_media(address, self._reading.timeouts)) as media:
                for picture in self._played(media, stopping):
                    number = next(numbers)
                    captured_at = timeline.at(media.time_s(picture), media.zero)
                    if not thinning.keeps(captured_at):
                        continue
                    # Asked before the colours are made, which takes as long as decoding.
                    if gate is not None and not gate.passes(brightness(picture), captured_at):
                        self.still += 1
                        continue
                    moved_at = None if gate is None else gate.moved_at
                    yield Frame(self._camera_id, number, captured_at, media.pixels(picture), moved_at)
            if self._address.play != "loop":
                break

    def _played(self, media: Media, stopping: threading.Event) -> Iterator[av.VideoFrame]:
        """The pictures until the end; a file that is played live holds each one back until its time."""
        began_s = time.monotonic()
        first_s: float | None = None
        time_s: float | None = None
        for picture in media.pictures():
            time_s = media.time_s(picture)
            first_s = time_s if first_s is None else first_s
            if self._paced and time_s is not None and first_s is not None:
                stopping.wait(time_s - first_s - (time.monotonic() - began_s))
            if stopping.is_set():
                return
            yield picture
        self._check_end(media, time_s)

    @property
    def _paced(self) -> bool:
        return self._address.scheme == "file" and self.live

    def _check_end(self, media: Media, last_s: float | None) -> None:
        """Nothing that failed may pass for a clip that ended."""
        if self._address.scheme != "file":
            raise SourceError("ended", self._address.shown)
        if media.damaged:
            raise SourceError("damaged", self._address.shown)
        if last_s is None:
            raise SourceError("no_pictures", self._address.shown)
        if media.length_s is not None and last_s < _ENDED_SHARE * media.length_s - 1.0:
            raise SourceError("truncated", self._address.shown)

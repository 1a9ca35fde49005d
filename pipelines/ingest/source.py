"""What every source of frames is, and the one that fits a camera's address."""

import threading
from collections.abc import Callable, Generator
from datetime import datetime
from pathlib import Path
from typing import Protocol

from pipelines.ingest.address import parse_address
from pipelines.ingest.folder import FolderSource
from pipelines.ingest.reading import Reading
from pipelines.ingest.video import VideoSource
from pipelines.records.gate_values import Camera
from pipelines.settings import utc_now
from vision.types import Frame


class Source(Protocol):
    """Pictures of one camera."""

    @property
    def live(self) -> bool:
        """Whether frames come whether or not anybody takes them; otherwise each one waits."""
        ...

    @property
    def lasting(self) -> bool:
        """Whether it has no end of its own, so that it is opened again after every loss."""
        ...

    @property
    def still(self) -> int:
        """Frames that were not given so far, for nothing moved in them."""
        ...

    def frames(self, stopping: threading.Event) -> Generator[Frame, None, None]:
        """Open it and read on until it ends, or soon after `stopping` is set; may be called again afterwards.

        Close the iterator in the thread that reads from it.

        Raises:
            SourceError: it cannot be opened, or nothing came for too long, or it ended too early.
        """
        ...


def open_source(
    camera: Camera,
    clock: Callable[[], datetime] = utc_now,
    reading: Reading | None = None,
) -> Source:
    """The source of a camera's frames; nothing is opened before `Source.frames` is called.

    Args:
        camera: where its pictures come from.
        clock: anchors the stream to the day.
        reading: how; None: by the defaults, and the address is not asked about.

    Raises:
        ConfigurationError: an address that is none. What the policy refuses shows when it is opened, as `forbidden`:
            a setting that was made stricter must not keep the other cameras from beginning.
    """
    reading = reading or Reading()
    address = parse_address(camera.url)
    if address.scheme == "file" and Path(address.target).is_dir():
        return FolderSource(camera.id, address, clock, reading, camera.fps)
    # Of a file that waits everything is looked at: whoever plays it wants to know what is in it.
    motion = reading.motion.get(camera.lane) if address.live else None
    return VideoSource(camera.id, address, clock, reading, camera.fps, motion)

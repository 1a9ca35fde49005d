"""What every source of frames is, and the one that fits a camera's address."""

import threading
from collections.abc import Callable, Generator
from datetime import datetime
from pathlib import Path
from typing import Protocol

from pipelines.ingest.address import parse_address
from pipelines.ingest.folder import FolderSource
from pipelines.ingest.media import Timeouts
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
    timeouts: Timeouts | None = None,
) -> Source:
    """The source of a camera's frames; nothing is opened before `Source.frames` is called.

    Raises:
        ConfigurationError: an address that is none.
    """
    address = parse_address(camera.url)
    if address.scheme == "file" and Path(address.target).is_dir():
        return FolderSource(camera.id, address, clock, camera.fps)
    return VideoSource(camera.id, address, clock, timeouts or Timeouts(), camera.fps)

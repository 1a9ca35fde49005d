"""A folder of pictures as a source of frames."""

import threading
from collections.abc import Callable, Generator
from datetime import datetime, timedelta
from pathlib import Path

from pipelines.ingest.address import Address
from pipelines.ingest.reading import Reading
from vision.errors import BadInput, SourceError
from vision.picture import decode_picture
from vision.types import Frame, Image

SUFFIXES = frozenset({".jpeg", ".jpg", ".png", ".webp"})
MAX_PIXELS = 50_000_000


class FolderSource:
    """The pictures of a folder in the order of their names; all of them, however long each one takes.

    Args:
        camera_id: of the frames.
        address: of the folder.
        clock: when the first picture counts as captured.
        reading: which addresses may be opened.
        fps: pictures a second of captured time; None: one.
    """

    live = False
    lasting = False
    still = 0

    def __init__(
        self,
        camera_id: str,
        address: Address,
        clock: Callable[[], datetime],
        reading: Reading,
        fps: float | None,
    ) -> None:
        self._camera_id = camera_id
        self._address = address
        self._reading = reading
        self._shown = address.shown
        self._clock = clock
        self._interval = timedelta(seconds=1 / (fps or 1.0))

    def frames(self, stopping: threading.Event) -> Generator[Frame, None, None]:
        """See `Source.frames`.

        Raises:
            SourceError: `forbidden`, `not_found`, `no_pictures` in the folder, or one that is `damaged`; its number is
                told, not its name, which may be a person's.
        """
        paths = self._paths()
        started_at = self._clock()
        for number, path in enumerate(paths):
            if stopping.is_set():
                return
            image = self._read(path, f"{self._shown}, picture {number + 1} of {len(paths)}")
            yield Frame(self._camera_id, number, started_at + number * self._interval, image)

    def _paths(self) -> list[Path]:
        folder = Path(self._reading.admit(self._address).target)
        if not folder.is_dir():
            raise SourceError("not_found", self._shown)
        paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
        if not paths:
            raise SourceError("no_pictures", self._shown)
        return paths

    @staticmethod
    def _read(path: Path, shown: str) -> Image:
        try:
            return decode_picture(path.read_bytes(), MAX_PIXELS)
        except (BadInput, OSError):
            reason = "damaged"
        raise SourceError(reason, shown)

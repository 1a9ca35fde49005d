"""Keeps galleries in shape beside the requests: built before the first face comes, restructured when they grew."""

import logging
import threading
from collections.abc import Callable, Iterable

from pipelines.gallery.galleries import Galleries

logger = logging.getLogger(__name__)

INTERVAL_S = 60.0
_JOIN_S = 5.0


class Tender:
    """Tends the galleries in a thread of its own, from `start` to `close`.

    Args:
        galleries: of this process.
        wanted: gallery id and model id of the indexes to build at once.
    """

    def __init__(self, galleries: Galleries, wanted: Iterable[tuple[str, str]]) -> None:
        self._galleries = galleries
        self._wanted = tuple(wanted)
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="tender", daemon=True)

    def start(self) -> None:
        """Begin; once."""
        self._thread.start()

    def close(self) -> None:
        """End; a restructuring in progress, which may take minutes, is left behind: it changes nothing on disk."""
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join(_JOIN_S)

    def _run(self) -> None:
        self._try(self._build)
        self._try(self._galleries.tend)
        while not self._closing.wait(INTERVAL_S):
            self._try(self._galleries.tend)

    def _build(self) -> None:
        for gallery_id, model_id in self._wanted:
            if self._closing.is_set():
                return
            self._galleries.count(gallery_id, model_id)

    def _try(self, act: Callable[[], object]) -> None:
        try:
            act()
        except Exception:
            # What is there serves on: an index is built when it is asked for, and the next round tries again.
            logger.exception("tending the galleries failed")

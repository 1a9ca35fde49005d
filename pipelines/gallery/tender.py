"""Keeps galleries in shape beside the requests: built before the first face comes, restructured when they grew."""

from collections import deque
from collections.abc import Iterable

from pipelines.gallery.galleries import Galleries
from pipelines.rounds import Rounds

INTERVAL_S = 60.0
_JOIN_S = 5.0


class Tender:
    """Tends the galleries from `start` to `close`.

    Args:
        galleries: of this process.
        wanted: gallery id and model id of the indexes to build at once.
    """

    def __init__(self, galleries: Galleries, wanted: Iterable[tuple[str, str]]) -> None:
        self._galleries = galleries
        self._wanted = deque(wanted)
        self._rounds = Rounds("tender", self._tend, INTERVAL_S, _JOIN_S)

    def start(self) -> None:
        """Begin; once."""
        self._rounds.start()

    def close(self) -> None:
        """End; a restructuring in progress, which may take minutes, is left behind: it changes nothing on disk."""
        self._rounds.close()

    def _tend(self) -> None:
        # One that cannot be built now is built when it is asked for.
        while self._wanted and not self._rounds.closing:
            self._galleries.count(*self._wanted.popleft())
        self._galleries.tend()

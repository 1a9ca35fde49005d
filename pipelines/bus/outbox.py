"""Where makers leave records: acknowledged means committed, to the database or to this process's spool."""

import logging
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from pipelines.bus.bus import Letter
from pipelines.bus.sink import DATABASE_AWAY, Taken, event_letter, incident_letter, line_count_letter
from pipelines.bus.spool import Spool
from pipelines.events import Event
from pipelines.street.incidents import Report
from pipelines.street.line_counts import LineCount
from vision.errors import NotTaken

logger = logging.getLogger(__name__)


class Outbox:
    """Takes records; every method may be called from every thread.

    Args:
        spool: of this process.
        wake: called when something new lies in the spool.
        direct: writes to the database at hand; None: there is none.
        database_first: the embedded way: the spool takes only what the database does not. Otherwise the spool is
            first, and the database takes what the spool cannot.
    """

    def __init__(
        self,
        spool: Spool,
        wake: Callable[[], None],
        direct: Callable[[Sequence[Letter]], Taken] | None = None,
        *,
        database_first: bool = False,
    ) -> None:
        self._spool = spool
        self._wake = wake
        self._direct = direct
        self._database_first = database_first
        self._lock = threading.Lock()
        self._dropped: Counter[str] = Counter()

    @property
    def dropped(self) -> Mapping[str, int]:
        """Kind of record -> how many street cameras told in vain."""
        with self._lock:
            return dict(self._dropped)

    def tell(self, event: Event) -> None:
        """Take an event.

        Raises:
            NotTaken: neither spool nor database takes it now.
        """
        self.post([event_letter(event)])

    def tell_of_street(self, event: Event) -> bool:
        """Whether the event of a street camera was taken; one that was not is dropped and counted."""
        return self._post_or_drop(event_letter(event), event.kind)

    def report(self, report: Report) -> bool:
        """As `tell_of_street`, of the beginning of a street incident."""
        return self._post_or_drop(incident_letter(report), "incident")

    def count(self, count: LineCount) -> bool:
        """As `tell_of_street`, of who crossed a line."""
        return self._post_or_drop(line_count_letter(count), "line_count")

    def post(self, letters: Sequence[Letter]) -> None:
        """Take letters, all or none.

        Raises:
            NotTaken: neither spool nor database takes them now.
        """
        if self._database_first and self._spool.depth == 0 and self._write(letters):
            return
        try:
            self._spool.put(letters)
        except NotTaken:
            if self._database_first or not self._write(letters):
                raise
        else:
            self._wake()

    def _post_or_drop(self, letter: Letter, kind: str) -> bool:
        try:
            self.post([letter])
        except NotTaken:
            with self._lock:
                self._dropped[kind] += 1
            logger.warning("bus: a record of a street camera was dropped")
            return False
        return True

    def _write(self, letters: Sequence[Letter]) -> bool:
        """Whether the database has all of them now; written twice they are there once."""
        if self._direct is None:
            return False
        try:
            return not self._direct(letters).refused
        except DATABASE_AWAY:
            return False

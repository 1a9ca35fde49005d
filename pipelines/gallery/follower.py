"""Keeps the galleries of this process up to date with what every process on the same database changes."""

import logging

from pipelines.gallery.galleries import Galleries
from pipelines.records.store import Store
from pipelines.rounds import Rounds

logger = logging.getLogger(__name__)

_JOIN_S = 5.0


class Follower:
    """Follows the store's change sequence from `start` to `close`.

    Changes of this process wake it at once; those of others are found at the next look.

    Args:
        store: tells of changes of this process.
        galleries: of this process.
        poll_s: between two looks.

    Attributes:
        failures: looks that failed since the last that did not; the replicas' lag tells what came of it.
    """

    def __init__(self, store: Store, galleries: Galleries, poll_s: float) -> None:
        self._galleries = galleries
        self._rounds = Rounds("follower", self._follow, poll_s, _JOIN_S)
        self.failures = 0
        store.on_templates_changed(self._rounds.wake)

    def start(self) -> None:
        """Begin; once."""
        self._rounds.start()

    def close(self) -> None:
        """End after the change that is being applied; a replica that is being built anew is left behind."""
        self._rounds.close()

    def _follow(self) -> None:
        failed = sum(not self._followed(*space) for space in self._galleries.spaces())
        self.failures = self.failures + 1 if failed else 0

    def _followed(self, gallery_id: str, model_id: str) -> bool:
        try:
            return self._galleries.follow(gallery_id, [model_id])
        except Exception:
            # Gates answer by the replica's age; the first of many failures tells as much as all of them.
            if not self.failures:
                logger.exception("the replica of gallery %s for %s could not follow", gallery_id, model_id)
            return False

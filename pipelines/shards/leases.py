"""Which cameras are this process's own, and until when it may act on it without asking again."""

import threading
import time
from collections.abc import Callable, Collection

MARGIN_S = 0.5
"""So much sooner than anybody else may take a camera its holder lets go of it."""


class Leases:
    """The leases of one member, as far as it knows.

    A process that was stopped, swapped out or cut off does not know that time went by. So nothing is analysed or
    delivered without a look at the clock here, and what was claimed counts from before it was asked for.

    Args:
        ttl_s: how long a lease is good for.
        monotonic: seconds.
    """

    def __init__(self, ttl_s: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._ttl_s = ttl_s
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._until_s: dict[str, float] = {}

    def renew(self, camera_ids: Collection[str], claim: Callable[[Collection[str]], Collection[str]]) -> set[str]:
        """Those of the cameras that `claim` gave; the others of them are lost.

        Raises:
            Whatever `claim` raises; what was held is then held on, until its time is up.
        """
        asked_s = self._monotonic()
        mine = set(claim(camera_ids))
        with self._lock:
            for camera_id in camera_ids:
                self._until_s.pop(camera_id, None)
            self._until_s |= dict.fromkeys(mine, asked_s + self._ttl_s - MARGIN_S)
        return mine

    def holds(self, camera_id: str) -> bool:
        """Whether the camera is this member's now, for certain."""
        with self._lock:
            return self._monotonic() < self._until_s.get(camera_id, float("-inf"))

    def drop(self, camera_id: str) -> None:
        """The lease is given back."""
        with self._lock:
            self._until_s.pop(camera_id, None)

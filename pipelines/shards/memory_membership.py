"""Members of one process: for tests, and to try a change without any server."""

import time
from collections.abc import Callable, Collection

from pipelines.shards.reports import MemberReport


class MemoryMembership:
    """See `Membership`; shared by members as one object.

    Args:
        ttl_s: how long a heartbeat and a lease are good for.
        monotonic: seconds.
    """

    def __init__(self, ttl_s: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.ttl_s = ttl_s
        self._monotonic = monotonic
        self._beats: dict[str, tuple[MemberReport, float]] = {}
        self._leases: dict[str, tuple[str, float]] = {}

    def beat(self, report: MemberReport) -> None:
        """See `Membership`."""
        self._beats[report.name] = (report, self._monotonic() + self.ttl_s)

    def reports(self) -> tuple[MemberReport, ...]:
        """See `Membership`."""
        now_s = self._monotonic()
        return tuple(report for _, (report, until_s) in sorted(self._beats.items()) if until_s > now_s)

    def leave(self, name: str) -> None:
        """See `Membership`."""
        self._beats.pop(name, None)

    def claim(self, camera_ids: Collection[str], member_id: str) -> set[str]:
        """See `Membership`."""
        now_s = self._monotonic()
        mine = {one for one in camera_ids if self._holder(one, now_s) in (None, member_id)}
        self._leases |= dict.fromkeys(mine, (member_id, now_s + self.ttl_s))
        return mine

    def release(self, camera_ids: Collection[str], member_id: str) -> None:
        """See `Membership`."""
        for one in camera_ids:
            if self._leases.get(one, ("", 0.0))[0] == member_id:
                del self._leases[one]

    def close(self) -> None:
        """Nothing: others may still be members."""

    def _holder(self, camera_id: str, now_s: float) -> str | None:
        member_id, until_s = self._leases.get(camera_id, (None, 0.0))
        return member_id if until_s > now_s else None

"""What the API knows of the cameras that workers run: what the workers said last."""

import logging
import time
from collections.abc import Callable, Sequence

from pipelines.ingest.status import CameraStatus
from pipelines.shards.membership import BEAT_S, Membership
from pipelines.shards.reports import MemberReport
from vision.errors import CitygateError

logger = logging.getLogger(__name__)


class WorkerBoard:
    """The members' newest heartbeats, read at most once a second.

    Args:
        membership: whose.
        monotonic: seconds.
    """

    def __init__(self, membership: Membership, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._membership = membership
        self._monotonic = monotonic
        self._read_s = float("-inf")
        self._reports: Sequence[MemberReport] = ()
        self.silent = False
        """Whether the membership could not be reached; nothing is known of any worker then."""

    def reports(self) -> Sequence[MemberReport]:
        """Of everybody who is alive; empty while nobody can be asked."""
        now_s = self._monotonic()
        if now_s - self._read_s >= BEAT_S:
            self._read_s = now_s
            self._reports = self._ask()
        return self._reports

    def statuses(self) -> dict[str, CameraStatus]:
        """How each camera of the workers is doing."""
        return {status.camera_id: status for report in self.reports() for status in report.cameras}

    def trusts(self, camera_id: str) -> bool | None:
        """Whether the newest frame of a street camera shows what lies before it; None of all others."""
        return next((report.trusts[camera_id] for report in self.reports() if camera_id in report.trusts), None)

    def _ask(self) -> Sequence[MemberReport]:
        try:
            reports = self._membership.reports()
        except (CitygateError, OSError) as error:
            if not self.silent:
                logger.error("the workers cannot be asked: %s", type(error).__name__)  # noqa: TRY400
            self.silent = True
            return ()
        self.silent = False
        return reports

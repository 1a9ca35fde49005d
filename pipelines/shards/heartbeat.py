"""A heartbeat that may fail to be sent, and then is sent the next time."""

import logging

from pipelines.shards.membership import Membership
from pipelines.shards.reports import MemberReport
from vision.errors import BusAway

logger = logging.getLogger(__name__)


class Heartbeat:
    """Of a member that goes on while nobody hears of it; the others see that it is silent.

    Attributes:
        failures: in a row; 0 when the last one was sent.
    """

    def __init__(self, membership: Membership) -> None:
        self._membership = membership
        self.failures = 0

    def send(self, report: MemberReport) -> None:
        """Send it, if it can be; that it cannot is logged once, and once that it can again."""
        try:
            self._membership.beat(report)
        except (BusAway, OSError) as error:
            self.failures += 1
            if self.failures == 1:
                logger.warning("the heartbeat cannot be sent: %s", type(error).__name__)
            return
        if self.failures:
            logger.warning("the heartbeat is sent again, after %d that were not", self.failures)
        self.failures = 0

"""A supervisor's heartbeat while the membership is away."""

import pytest

from pipelines.shards.heartbeat import Heartbeat
from pipelines.shards.memory_membership import MemoryMembership
from pipelines.shards.reports import MemberReport
from tests.pipelines.ingest.fakes import TELLTALE
from tests.pipelines.shards.fleet import report
from vision.errors import BusAway


class Away(MemoryMembership):
    """Fails to hear the heartbeats that it has faults for."""

    def __init__(self, *faults: Exception | None) -> None:
        super().__init__(5.0)
        self._faults = list(faults)

    def beat(self, report: MemberReport) -> None:
        fault = self._faults.pop(0)
        if fault is not None:
            raise fault
        super().beat(report)


def test_a_heartbeat_that_fails_is_logged_once_counted_and_sent_the_next_time(caplog: pytest.LogCaptureFixture) -> None:
    membership = Away(BusAway(TELLTALE), OSError(TELLTALE), None, None)
    heartbeat = Heartbeat(membership)
    failures = []
    for _ in range(4):
        heartbeat.send(report("a"))
        failures.append(heartbeat.failures)
    assert failures == [1, 2, 0, 0]
    assert membership.reports() == (report("a"),)
    assert [record.getMessage() for record in caplog.records] == [
        "the heartbeat cannot be sent: BusAway",
        "the heartbeat is sent again, after 2 that were not",
    ]


def test_what_is_no_outage_is_not_passed_over() -> None:
    with pytest.raises(ValueError, match="a fault of ours"):
        Heartbeat(Away(ValueError("a fault of ours"))).send(report("a"))

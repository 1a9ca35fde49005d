"""What the API knows of the cameras that workers run."""

import pytest

from pipelines.ingest.status import CameraStatus
from pipelines.shards.board import WorkerBoard
from pipelines.shards.memory_membership import MemoryMembership
from pipelines.shards.reports import MemberReport
from tests.pipelines.ingest.fakes import TELLTALE
from tests.pipelines.shards.fleet import Seconds, report


class Silent(MemoryMembership):
    """May be out of reach, and counts how often it is asked."""

    away = False
    asked = 0

    def reports(self) -> tuple[MemberReport, ...]:
        self.asked += 1
        if self.away:
            raise ConnectionError(TELLTALE)
        return super().reports()


def test_cameras_are_as_their_workers_said_last_and_workers_are_asked_once_a_second() -> None:
    now_s = Seconds()
    membership = Silent(5.0, now_s)
    board = WorkerBoard(membership, now_s)
    assert board.statuses() == {}
    seen = CameraStatus("quay", "running", 7)
    membership.beat(report("a", cameras=(seen,), trusts={"quay": False}))
    assert board.statuses() == {}  # asked just now
    now_s.now_s += 1.0
    assert (board.statuses(), board.trusts("quay"), board.trusts("other")) == ({"quay": seen}, False, None)
    assert membership.asked == 2
    now_s.now_s += 5.0
    assert board.statuses() == {}


def test_while_workers_cannot_be_asked_nothing_is_known_and_the_log_holds_no_address(
    caplog: pytest.LogCaptureFixture,
) -> None:
    now_s = Seconds()
    membership = Silent(5.0, now_s)
    membership.beat(report("a", cameras=(CameraStatus("quay"),)))
    board = WorkerBoard(membership, now_s)
    membership.away = True
    assert (board.statuses(), board.silent) == ({}, True)
    assert "hunter2" not in caplog.text
    membership.away = False
    now_s.now_s += 1.0
    assert (list(board.statuses()), board.silent) == (["quay"], False)

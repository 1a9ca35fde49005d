from collections.abc import Sequence

import pytest
from sqlalchemy.exc import OperationalError

from pipelines.bus.bus import Letter
from pipelines.bus.outbox import Outbox
from pipelines.bus.sink import Taken
from pipelines.bus.spool import Spool
from pipelines.street.incidents import Report
from tests.fakes import NOW
from tests.pipelines.bus.letters import camera_event, letters
from vision.errors import NotTaken


class Direct:
    """A database at hand."""

    def __init__(self) -> None:
        self.away = False
        self.kept: list[str] = []

    def __call__(self, batch: Sequence[Letter]) -> Taken:
        if self.away:
            raise OperationalError("INSERT", {}, Exception("locked"))
        self.kept += [letter.id for letter in batch]
        return Taken(len(batch))


def _nothing() -> None:
    """Nobody is woken."""


def test_embedded_the_database_is_first_and_the_spool_takes_what_it_does_not(spool: Spool) -> None:
    direct, woken = Direct(), []
    outbox = Outbox(spool, lambda: woken.append(1), direct, database_first=True)
    outbox.tell(camera_event(0))
    assert (direct.kept, spool.depth, woken) == ([camera_event(0).event_id], 0, [])
    direct.away = True
    outbox.tell(camera_event(1))
    assert (spool.depth, woken) == (1, [1])
    direct.away = False
    outbox.tell(camera_event(2))  # behind what waits already, rather than wait for a database that may be away
    assert (len(direct.kept), spool.depth) == (1, 2)


def test_grown_the_spool_is_first_and_the_database_takes_what_it_cannot(spool: Spool) -> None:
    direct = Direct()
    outbox = Outbox(spool, _nothing, direct)
    outbox.post(letters(100))
    assert (spool.depth, direct.kept) == (100, [])
    outbox.tell(camera_event(100))
    assert (spool.depth, direct.kept) == (100, [camera_event(100).event_id])


def test_what_neither_takes_is_refused_to_a_gate_and_dropped_and_counted_of_the_street(spool: Spool) -> None:
    direct = Direct()
    direct.away = True
    outboxes = [Outbox(spool, _nothing, direct), Outbox(spool, _nothing, direct, database_first=True)]
    outboxes.append(Outbox(spool, _nothing))
    spool.put(letters(100))
    report = Report("06036", "camera", NOW, camera_id="quay-3", reference="r1")
    for outbox in outboxes:
        with pytest.raises(NotTaken):
            outbox.tell(camera_event(100))
        assert not outbox.tell_of_street(camera_event(100))
        assert not outbox.tell_of_street(camera_event(101))
        assert not outbox.report(report)
        assert outbox.dropped == {"camera.state": 2, "incident": 1}
    spool.forget([letters(1)[0].id])
    assert outboxes[0].tell_of_street(camera_event(100))

"""From what a street camera tells to incidents, cases and pictures."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy.exc import OperationalError

from pipelines.bus.outbox import Outbox
from pipelines.bus.sink import StoreSink
from pipelines.bus.spool import Spool
from pipelines.services.cases import CaseService
from pipelines.services.redaction import Redactor
from pipelines.services.street_reports import StreetReports
from pipelines.stages.street_sightings import StreetSighting
from pipelines.street.line_counts import LineCount
from tests.pipelines.ward import Ward
from vision.incidents import Incident, Phase

IMAGE = np.full((90, 160, 3), 120, np.uint8)
BAG = (16, 9, 32, 18)
WHOLE = (0, 0, 160, 90)


@pytest.fixture
def reports(ward: Ward) -> StreetReports:
    return StreetReports(replace(ward.cases, redactor=Redactor(None, None)))


def tell(ward: Ward, reports: StreetReports, phase: Phase, kind: str = "L07", *, last: bool = True) -> None:
    """A bag on the pavement, or a fault of the camera, ten seconds later."""
    ward.wait(1 / 6)
    zone, box = (None, WHOLE) if kind == "01050" else ("pavement", BAG)
    xyxy = np.array(box, np.float32)
    told = Incident(f"quay-3/{kind}/1", "quay-3", kind, zone, phase, "", ward.clock(), ward.clock(), xyxy)
    reports.on_sighting(StreetSighting(told, IMAGE, last))


def test_a_start_opens_a_case_with_one_picture_and_what_follows_opens_none(ward: Ward, reports: StreetReports) -> None:
    for phase in ("start", "continue", "continue", "end"):
        tell(ward, reports, phase)
    [case] = ward.street.cases.list().items
    assert (case.kind, case.zone, case.source, case.state, case.count) == ("L07", "pavement", "camera", "reported", 3)
    assert case.box is not None
    assert case.box.sides == pytest.approx((0.1, 0.1, 0.2, 0.2))
    assert case.last_seen_at == ward.clock() - timedelta(seconds=10)
    [incident] = ward.street.incidents.list().items
    assert (incident.reported_by, incident.report.reference) == ("quay-3", "quay-3/L07/1")
    [picture] = ward.street.pictures.list(case.id)
    assert picture.role == "before"
    assert ward.street.pictures.read(case.id, picture.id).startswith(b"\xff\xd8")
    assert ward.acts(case.id) == ["report", "gone"]


def test_the_same_start_told_twice_is_one_incident(ward: Ward, reports: StreetReports) -> None:
    tell(ward, reports, "start")
    tell(ward, reports, "start")
    assert len(ward.street.incidents.list().items) == 1
    [case] = ward.street.cases.list().items
    assert len(ward.street.pictures.list(case.id)) == 1


def test_a_picture_that_breaks_costs_no_case(ward: Ward) -> None:
    class Broken:
        def detect(self, image: object) -> object:
            raise RuntimeError("no face network")

    broken = StreetReports(replace(ward.cases, redactor=Redactor(Broken(), None)))  # type: ignore[arg-type]
    with pytest.raises(RuntimeError):
        tell(ward, broken, "start")
    [case] = ward.street.cases.list().items
    assert ward.street.pictures.list(case.id) == ()


def test_a_cameras_fault_is_a_case_and_until_it_is_closed_the_camera_bears_no_witness(
    ward: Ward, reports: StreetReports
) -> None:
    tell(ward, reports, "start")
    bag = ward.street.cases.list().items[0]
    ward.bring(bag.id, "accept", "register", "dispatch", "handle")
    tell(ward, reports, "start", "01050")
    assert [case.kind for case in ward.street.cases.list().items] == ["01050", "L07"]
    assert ward.look(bag.id, "seen_clear").outcome == "camera_unhealthy"
    tell(ward, reports, "end", "01050")
    assert ward.look(bag.id, "seen_clear").outcome == "camera_unhealthy"
    fault = ward.street.cases.list().items[0]
    ward.bring(fault.id, "accept", "register", "dispatch", "handle", "verify", "close")
    assert ward.look(bag.id, "seen_clear").outcome == "seen_clear"


def test_while_the_database_is_away_a_start_waits_in_the_spool_and_makes_its_case_later(
    ward: Ward, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_args: object, **_options: object) -> None:
        raise OperationalError("INSERT", {}, Exception("locked"))

    spool = Spool(tmp_path / "spool.db", 10)
    reports = StreetReports(ward.cases, Outbox(spool, lambda: None))
    with monkeypatch.context() as patched:
        patched.setattr(CaseService, "report", away)
        tell(ward, reports, "start")
        with pytest.raises(OperationalError):
            tell(ward, StreetReports(ward.cases), "start")
    assert ward.street.cases.list().items == ()
    sink = StoreSink(ward.store, lambda report, camera_id: ward.cases.report(report, actor=camera_id))
    [(_, letter)] = spool.after(0, 10)
    for _ in range(2):
        assert sink.take([letter]).refused == {}
    tell(ward, reports, "start")
    [case] = ward.street.cases.list().items
    [incident] = ward.street.incidents.list().items
    assert (case.kind, case.zone, case.count) == ("L07", "pavement", 1)
    assert (incident.reported_by, incident.report.reference) == ("quay-3", "quay-3/L07/1")
    spool.close()


def test_what_was_counted_is_kept_at_once_or_waits_in_the_spool(ward: Ward, tmp_path: Path) -> None:
    begin = ward.clock()
    count = LineCount("quay-3", "stop", begin, begin + timedelta(minutes=5), 300.0, {"car": (2, 1)})
    spool = Spool(tmp_path / "spool.db", 10)
    StreetReports(ward.cases, Outbox(spool, lambda: None)).on_count(count)
    [(_, letter)] = spool.after(0, 10)
    assert letter.topic == "line_count"
    spool.close()
    for _ in range(2):
        StreetReports(ward.cases).on_count(count)
    assert list(ward.street.line_counts.of_camera("quay-3", begin, begin + timedelta(seconds=1))) == [count]

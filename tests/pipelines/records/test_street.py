"""What the store keeps of the street: pictures under seal, purposes, pages, and what goes by itself."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from pipelines.records.evidence import SUFFIX
from pipelines.records.retention import Sweeper
from pipelines.records.street_cases import CaseFilter
from pipelines.records.street_pictures import MOST_PICTURES
from pipelines.records.street_tables import CaseRow, IncidentRow
from pipelines.records.values import ApiKey
from tests.fakes import NOW
from tests.pipelines.ward import Ward
from tests.servers.databases import ON_BOTH
from vision.errors import Conflict, NotFound, SealBroken

pytestmark = ON_BOTH

PICTURE = b"a picture with nobody in it"
PLACE = "Harbour Road 12"
TOLD = {"source": "citizen", "camera_id": None, "zone": None, "box": None, "place": PLACE}


def _key(*purposes: str) -> ApiKey:
    return ApiKey("key_1", "test", (), purposes, NOW, None, None)


def _files(ward: Ward) -> list[Path]:
    return sorted((ward.home / "evidence").glob(f"*{SUFFIX}"))


def test_a_picture_is_kept_sealed_and_given_back(ward: Ward) -> None:
    case = ward.opened()
    kept = ward.street.pictures.keep(case.id, "before", PICTURE, actor="ann")
    assert ward.street.pictures.list(case.id) == (kept,)
    assert ward.street.pictures.read(case.id, kept.id) == PICTURE
    assert PICTURE not in _files(ward)[0].read_bytes()
    assert ward.audited()[-1] == "case.picture_kept"


def test_an_exchanged_file_is_noticed(ward: Ward) -> None:
    case = ward.opened()
    for role in ("before", "after"):
        ward.street.pictures.keep(case.id, role, PICTURE, actor="ann")  # type: ignore[arg-type]
    first, second = _files(ward)
    first.write_bytes(second.read_bytes())
    with pytest.raises(SealBroken):
        ward.street.pictures.read(case.id, first.stem)


def test_pictures_belong_to_a_case_that_is_there_and_not_voided(ward: Ward) -> None:
    pictures, case = ward.street.pictures, ward.opened()
    kept = pictures.keep(case.id, "before", PICTURE, actor="ann")
    with pytest.raises(NotFound, match="no case cas_0"):
        pictures.keep("cas_0", "before", PICTURE, actor="ann")
    with pytest.raises(NotFound, match="no picture"):
        pictures.read(ward.opened("L07").id, kept.id)
    ward.act(case.id, "void")
    with pytest.raises(Conflict, match="not voided"):
        pictures.keep(case.id, "after", PICTURE, actor="ann")


def test_a_case_is_no_album_and_an_incident_has_one_picture(ward: Ward) -> None:
    pictures, incident = ward.street.pictures, ward.report()
    case_id = incident.case_id or ""
    first = pictures.keep(case_id, "before", PICTURE, incident_id=incident.id, actor="ann")
    assert pictures.keep(case_id, "before", b"another", incident_id=incident.id, actor="ann") == first
    for _ in range(MOST_PICTURES - 1):
        pictures.keep(case_id, "before", PICTURE, actor="ann")
    with pytest.raises(Conflict, match="at most 20 pictures before"):
        pictures.keep(case_id, "before", PICTURE, actor="ann")
    assert pictures.keep(case_id, "after", PICTURE, actor="ann").role == "after"


def test_only_the_first_of_repeated_reports_brings_a_picture(ward: Ward) -> None:
    first = ward.cases.report(ward.report("L07").report, PICTURE, actor="edge")  # type: ignore[arg-type]
    ward.cases.report(first.report, PICTURE, actor="edge")  # type: ignore[arg-type]
    assert len(ward.street.pictures.list(first.case_id or "")) == 1


def test_the_place_is_sealed_in_the_database(ward: Ward) -> None:
    case = ward.opened(**TOLD)
    with ward.street.reading() as session:
        rows = [*session.scalars(select(CaseRow.place)), *session.scalars(select(IncidentRow.place))]
    assert len(rows) == 2
    assert all(row is not None and PLACE.encode() not in row for row in rows)
    assert ward.street.incidents.list(case_id=case.id).items[0].report.place == PLACE


def test_a_viewer_sees_nothing_of_other_purposes(ward: Ward) -> None:
    case = ward.opened()
    ward.act(case.id, "void", false_alarm=True)
    [suppression] = ward.street.suppressions.list(viewer=_key("street")).items
    other, month = _key("parking"), timedelta(days=30)
    street = ward.street
    assert street.cases.list(passing=CaseFilter(other)).items == ()
    assert street.incidents.list(viewer=other).items == ()
    assert street.suppressions.list(viewer=other).items == ()
    assert list(street.facts(NOW - month, NOW + month, other)) == []
    with pytest.raises(NotFound):
        street.cases.get(case.id, other)
    with pytest.raises(NotFound):
        street.suppressions.lift(suppression.id, why="x", viewer=other, actor="ann")
    assert len(list(street.facts(NOW - month, NOW + month, _key("*")))) == 1


def test_cases_are_listed_newest_first_in_pages_and_by_what_is_asked(ward: Ward) -> None:
    ids = [ward.opened(zone=zone).id for zone in ("a", "b", "c")]
    ward.act(ids[0], "accept")
    cases = ward.street.cases
    first = cases.list(limit=2)
    assert [case.id for case in first.items] == ids[:0:-1]
    assert [case.id for case in cases.list(first.next).items] == ids[:1]
    assert [case.id for case in cases.list(passing=CaseFilter(state="accepted")).items] == ids[:1]
    assert cases.list(passing=CaseFilter(kind="L07")).items == ()
    assert cases.list(passing=CaseFilter(camera_id="quay-4")).items == ()
    assert cases.list(passing=CaseFilter(overdue_at=ward.clock())).items == ()
    later = ward.clock() + timedelta(days=7)
    assert len(cases.list(passing=CaseFilter(overdue_at=later)).items) == 3


def test_what_ended_long_ago_goes_with_all_that_belongs_to_it_and_open_cases_stay(ward: Ward) -> None:
    closed, still_open = ward.closed(), ward.opened(zone="road")
    for case in (closed, still_open):
        ward.street.pictures.keep(case.id, "before", PICTURE, actor="ann")
    ward.act(ward.opened("L07").id, "void", false_alarm=True)
    assert ward.report("L07").fate == "suppressed"
    sweeper = Sweeper(ward.store, ward.settings)
    ward.wait(60 * 24 * 364)
    assert sweeper.sweep_once().street_cases == 0
    ward.wait(60 * 24 * 9)
    swept = sweeper.sweep_once()
    numbers = (swept.street_cases, swept.street_incidents, swept.street_pictures, swept.street_suppressions)
    assert numbers == (2, 1, 1, 1)
    assert [case.id for case in ward.street.cases.list().items] == [still_open.id]
    assert len(_files(ward)) == 1
    assert len(ward.street.incidents.list().items) == 1


def test_the_sweeper_leaves_the_files_of_pictures_alone_however_old(ward: Ward) -> None:
    kept = ward.street.pictures.keep(ward.opened().id, "before", PICTURE, actor="ann")
    ward.wait(60 * 24 * 30)
    assert Sweeper(ward.store, ward.settings).sweep_once().orphaned_files == 0
    assert [file.stem for file in _files(ward)] == [kept.id]

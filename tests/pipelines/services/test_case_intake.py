"""Reports: what makes a case, what is the same thing again, and what was silenced."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipelines.records.store import Store
from pipelines.street.incidents import Box
from pipelines.street.words import Fate
from tests.pipelines.ward import BOX, CAMERA, KIND, Ward
from vision.errors import BadInput, Conflict

# 0.2 x 0.2 each, moved by 0.05: 0.03 shared of 0.05, IoU 0.6; by 0.15: 0.01 of 0.07, 0.143.
NEAR = Box(0.25, 0.2, 0.45, 0.4)
FAR = Box(0.35, 0.2, 0.55, 0.4)


def test_a_first_report_opens_a_case_that_waits_to_be_accepted(ward: Ward) -> None:
    case = ward.opened()
    assert (case.state, case.waits_for, case.count, case.camera_id) == ("reported", "accept", 1, CAMERA)
    # Saturday: due on Monday 09:30 in Shanghai.
    assert case.due_at == datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
    assert ward.acts(case.id) == ["report"]


def test_the_same_again_is_counted_and_makes_no_case(ward: Ward) -> None:
    case = ward.opened()
    for _ in range(3):
        ward.wait(60)
        again = ward.report(box=NEAR)
        assert (again.fate, again.case_id) == ("repeated", case.id)
    seen = ward.case(case.id)
    assert (seen.count, seen.last_seen_at, seen.box) == (4, ward.clock(), NEAR)
    assert len(ward.street.cases.list().items) == 1
    assert len(ward.street.incidents.list(case_id=case.id).items) == 4
    assert ward.acts(case.id) == ["report"]


@pytest.mark.parametrize(
    "other", [{"box": FAR}, {"zone": "road"}, {"zone": None}, {"camera_id": "quay-4"}, {"kind": "L07"}]
)
def test_another_place_or_kind_is_another_case(ward: Ward, other: dict[str, object]) -> None:
    case = ward.opened()
    assert ward.opened(**other).id != case.id


def test_without_a_box_everything_in_the_zone_is_the_same(ward: Ward) -> None:
    case = ward.opened()
    assert ward.report(box=None).case_id == case.id
    assert ward.case(case.id).box == BOX


def test_of_two_cases_nearby_the_likest_gets_the_report(ward: Ward) -> None:
    left, right = ward.opened(), ward.opened(box=FAR)
    # NEAR shares 0.02 of 0.06 with FAR, 0.333, and 0.6 with BOX.
    assert ward.report(box=NEAR).case_id == left.id
    assert ward.report(box=FAR).case_id == right.id


def test_a_frame_that_comes_late_turns_no_clock_back(ward: Ward) -> None:
    case = ward.opened()
    assert ward.report(seen_at=ward.clock() - timedelta(minutes=5), box=NEAR).fate == "repeated"
    seen = ward.case(case.id)
    assert (seen.count, seen.last_seen_at, seen.box) == (2, case.last_seen_at, BOX)


def test_a_time_in_the_future_counts_as_now_and_one_long_past_is_refused(ward: Ward) -> None:
    assert ward.report(seen_at=ward.clock() + timedelta(hours=1)).report.seen_at == ward.clock()
    with pytest.raises(BadInput, match="seen_at: wanted a time of the last 30 days"):
        ward.report(seen_at=ward.clock() - timedelta(days=31))


def _fates_after_close(ward: Ward, *minutes: float, **changes: object) -> list[Fate]:
    ward.closed()
    fates = []
    for wait in minutes:
        ward.wait(wait)
        fates.append(ward.report(**changes).fate)
    return fates


def test_in_the_cool_down_after_a_close_a_repeat_is_only_counted(ward: Ward) -> None:
    assert _fates_after_close(ward, 1, 28) == ["repeated", "repeated"]
    assert [case.state for case in ward.street.cases.list().items] == ["closed"]


def test_after_the_cool_down_the_same_reopens_the_case_for_who_handles_it(ward: Ward) -> None:
    assert _fates_after_close(ward, 31, 1) == ["reopened", "repeated"]
    [case] = ward.street.cases.list().items
    assert (case.state, case.reworks, case.ended_at, case.verified_at) == ("dispatched", 1, None, None)
    assert case.due_at is not None
    assert ward.acts(case.id)[-1] == "report"


def test_after_the_reopening_window_the_same_is_a_new_case(ward: Ward) -> None:
    assert _fates_after_close(ward, 1440) == ["opened"]
    assert [case.state for case in ward.street.cases.list().items] == ["reported", "closed"]


def test_a_persons_report_does_not_wait_for_the_cool_down(ward: Ward) -> None:
    assert _fates_after_close(ward, 1, source="patrol") == ["reopened"]


def test_a_frame_from_before_the_close_reopens_nothing(ward: Ward) -> None:
    case = ward.closed()
    ward.wait(60)
    assert ward.report(seen_at=case.ended_at).fate == "repeated"


def test_an_open_case_gets_the_report_rather_than_a_closed_one(ward: Ward) -> None:
    ward.closed()
    ward.wait(1440)
    new = ward.opened(box=NEAR)
    assert ward.report(box=BOX).case_id == new.id


def test_a_report_without_a_camera_is_always_a_case_of_its_own(ward: Ward) -> None:
    told = {"source": "citizen", "camera_id": None, "zone": None, "box": None, "place": "Harbour Road 12"}
    first, second = ward.opened(**told), ward.opened(**told)
    assert first.id != second.id
    assert (first.place, first.source, first.zone) == ("Harbour Road 12", "citizen", None)


def test_the_same_reference_is_the_same_incident_and_counts_once(ward: Ward) -> None:
    first = ward.report(reference="quay-3/1")
    assert ward.report(reference="quay-3/1") == first
    assert ward.case(first.case_id).count == 1
    assert ward.report(reference="quay-3/1", actor="other").fate == "repeated"
    with pytest.raises(Conflict, match="that of another incident"):
        ward.report("L07", reference="quay-3/1")


def test_unknown_kinds_and_cities_are_refused_and_nothing_is_kept(ward: Ward) -> None:
    with pytest.raises(BadInput, match="54 codes"):
        ward.report("99999")
    with pytest.raises(BadInput, match="city: wanted one of default"):
        ward.report(city="atlantis")
    assert ward.street.incidents.list().items == ()


def test_two_reports_at_the_same_time_make_one_case(ward: Ward) -> None:
    begin = threading.Barrier(8)
    fates: list[Fate] = []

    def tell() -> None:
        begin.wait()
        fates.append(ward.report().fate)

    threads = [threading.Thread(target=tell) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(fates) == ["opened", *["repeated"] * 7]
    assert [case.count for case in ward.street.cases.list().items] == [8]


def test_two_processes_that_report_the_same_make_one_case(ward: Ward) -> None:
    other = Store.open(ward.settings, ward.clock)
    try:
        there = replace(ward.cases, store=other)
        first = ward.report()
        second = there.report(first.report, actor="elsewhere")
    finally:
        other.close()
    assert (second.fate, second.case_id) == ("repeated", first.case_id)


def test_a_false_alarm_silences_its_camera_zone_and_kind_for_a_week(ward: Ward) -> None:
    ward.act(ward.opened().id, "void", false_alarm=True)
    [suppression] = ward.street.suppressions.list().items
    assert suppression.expires_at == ward.clock() + timedelta(hours=168)
    for count in (1, 2):
        kept = ward.report(box=FAR)
        assert (kept.fate, kept.case_id, kept.suppression_id) == ("suppressed", None, suppression.id)
        assert ward.street.suppressions.get(suppression.id).count == count
    assert ward.opened(zone="road").state == "reported"
    assert ward.opened("L07").state == "reported"


def test_a_silenced_place_is_heard_again_when_its_time_is_up(ward: Ward) -> None:
    ward.act(ward.opened().id, "void", false_alarm=True)
    ward.wait(168 * 60 - 1)
    assert ward.report().fate == "suppressed"
    ward.wait(1)
    assert ward.report().fate == "opened"


def test_a_suppression_can_be_undone_once_and_that_is_audited(ward: Ward) -> None:
    ward.act(ward.opened().id, "void", false_alarm=True)
    [suppression] = ward.street.suppressions.list(holding_at=ward.clock()).items
    lifted = ward.street.suppressions.lift(suppression.id, why="lens-cleaned", actor="ann")
    assert (lifted.lifted_by, lifted.lifted_why, lifted.holds_at(ward.clock())) == ("ann", "lens-cleaned", False)
    assert ward.street.suppressions.list(holding_at=ward.clock()).items == ()
    assert ward.audited()[-1] == "suppression.lifted"
    assert ward.report().fate == "opened"
    with pytest.raises(Conflict, match="wanted one that holds"):
        ward.street.suppressions.lift(suppression.id, why="again", actor="ann")


def test_a_person_is_never_silenced(ward: Ward) -> None:
    ward.act(ward.opened().id, "void", false_alarm=True)
    assert ward.report(source="patrol").fate == "opened"


def test_what_a_person_told_of_and_what_is_dangerous_silences_nothing(ward: Ward) -> None:
    ward.act(ward.opened(source="patrol").id, "void", false_alarm=True)
    ward.act(ward.opened("L02").id, "void", false_alarm=True)
    assert ward.street.suppressions.list().items == ()


def test_a_case_that_was_voided_for_another_reason_silences_nothing(ward: Ward) -> None:
    case = ward.opened()
    ward.act(case.id, "void")
    again = ward.opened()
    assert (again.id != case.id, ward.street.suppressions.list().items) == (True, ())


def test_every_incident_and_every_step_is_told_of_on_the_event_log(ward: Ward) -> None:
    case = ward.opened()
    ward.report()
    ward.act(case.id, "accept")
    told = [stored.event for stored in ward.store.events.list()]
    assert [(event.kind, event.state) for event in told] == [
        ("case.changed", "reported"),
        ("incident.reported", "opened"),
        ("incident.reported", "repeated"),
        ("case.changed", "accepted"),
    ]
    assert {(event.case_id, event.incident_kind, event.purpose) for event in told} == {(case.id, KIND, "street")}

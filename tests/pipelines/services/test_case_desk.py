"""What people do with cases, and what a camera's word is worth."""

from datetime import UTC, datetime, timedelta

import pytest

from pipelines.services.case_desk import Order
from pipelines.street.cases import View
from tests.pipelines.ward import CAMERA, Ward
from vision.errors import BadInput, Conflict, NotFound


def monday(hour: int, minute: int = 0) -> datetime:
    """23 November 2026 in Shanghai."""
    return datetime(2026, 11, 23, hour - 8, minute, tzinfo=UTC)


def test_a_case_goes_from_report_to_close_and_every_step_is_kept_and_audited(ward: Ward) -> None:
    case = ward.closed()
    assert (case.state, case.assignee, case.witness, case.due_at) == ("closed", "team-4", "person", None)
    steps = ["report", "accept", "register", "dispatch", "handle", "verify", "close"]
    assert ward.acts(case.id) == steps
    assert ward.audited() == [f"case.{step}" for step in steps]
    last = ward.street.history.list(case.id).items[-1]
    assert (last.before, last.after, last.actor, last.why) == ("verified", "closed", "ann", "as-agreed")
    assert ward.store.audit.verify_chain() is None


def test_each_stage_has_its_own_deadline_in_working_hours(ward: Ward) -> None:
    case_id = ward.opened().id
    # From Saturday on: 30 min to register, 60 to dispatch, 450 (a whole day) to handle, 120 to verify and to close.
    due = [ward.act(case_id, act).due_at for act in ("accept", "register", "dispatch", "handle", "verify")]
    assert due == [monday(9, 30), monday(10), monday(18), monday(11), monday(11)]


def test_a_stage_is_overdue_only_after_its_deadline(ward: Ward) -> None:
    case = ward.opened()
    ward.clock.now = monday(9, 30)
    assert not ward.case(case.id).overdue_at(ward.clock())
    ward.wait(1)
    assert ward.case(case.id).overdue_at(ward.clock())
    ward.act(case.id, "void")
    assert not ward.case(case.id).overdue_at(ward.clock())


def test_an_act_out_of_turn_is_refused_and_changes_nothing(ward: Ward) -> None:
    case = ward.opened()
    for act in ("register", "dispatch", "handle", "verify", "close", "extend", "rework"):
        with pytest.raises(Conflict, match=f"{act} wants a case that is"):
            ward.act(case.id, act)
    assert ward.case(case.id) == case
    assert ward.acts(case.id) == ["report"]


def test_who_comes_second_is_told_that_the_case_went_on(ward: Ward) -> None:
    case = ward.opened()
    ward.act(case.id, "accept")
    with pytest.raises(Conflict, match="accept wants a case that is reported, got one accepted"):
        ward.act(case.id, "accept")


def test_an_unknown_case_is_not_found(ward: Ward) -> None:
    with pytest.raises(NotFound, match="no case cas_0"):
        ward.act("cas_0", "accept")


def test_a_stage_can_be_put_off_twice_in_working_hours(ward: Ward) -> None:
    case = ward.bring(ward.opened().id, "accept", "register", "dispatch")
    assert case.due_at == monday(18)
    first = ward.act(case.id, "extend", minutes=30)
    # 18:00 is the end of the day: half an hour more is Tuesday 09:30.
    assert (first.state, first.extensions, first.due_at) == ("dispatched", 1, monday(9, 30) + timedelta(days=1))
    ward.act(case.id, "extend")
    with pytest.raises(Conflict, match="at most 2 extensions"):
        ward.act(case.id, "extend")
    assert ward.act(case.id, "handle").extensions == 0


def test_what_is_overdue_is_put_off_from_now_on(ward: Ward) -> None:
    case = ward.bring(ward.opened().id, "accept")
    ward.clock.now = monday(15)
    # The act comes a minute later.
    assert ward.act(case.id, "extend", minutes=60).due_at == monday(16, 1)


@pytest.mark.parametrize(
    ("act", "options", "complaint"),
    [
        ("dispatch", {}, "assignee: wanted it with dispatch and nowhere else, got dispatch"),
        ("accept", {"assignee": "team-4"}, "assignee: wanted it with dispatch and nowhere else, got accept"),
        ("extend", {}, "minutes: wanted it with extend"),
        ("extend", {"minutes": 0}, "minutes: wanted 1 to"),
        ("verify", {}, "witness: wanted it with verify"),
        ("close", {"witness": "camera"}, "witness: wanted it with verify"),
        ("close", {"false_alarm": True}, "false_alarm: wanted it with void"),
    ],
)
def test_an_order_with_too_little_or_too_much_is_refused(act: str, options: dict[str, object], complaint: str) -> None:
    with pytest.raises(BadInput, match=complaint):
        Order(act, "as-agreed", **options)  # type: ignore[arg-type]


def test_rework_sends_the_case_back_and_forgets_what_was_verified(ward: Ward) -> None:
    case = ward.bring(ward.handled().id, "verify", "rework")
    assert (case.state, case.reworks, case.handled_at, case.verified_at) == ("dispatched", 1, None, None)
    assert (case.assignee, case.due_at) == ("team-4", monday(18))


def test_a_person_reopens_a_closed_case_only_within_its_window(ward: Ward) -> None:
    case = ward.closed()
    ward.wait(1438)
    assert ward.act(case.id, "rework").ended_at is None
    other = ward.bring(case.id, "handle", "verify", "close")
    ward.wait(1439)
    with pytest.raises(Conflict, match="closed in the last 1440 minutes"):
        ward.act(other.id, "rework")


def test_a_camera_that_saw_the_place_clear_lets_the_case_be_closed(ward: Ward) -> None:
    case = ward.handled()
    ward.health[CAMERA] = True
    assert ward.look(case.id, "seen_clear").outcome == "seen_clear"
    assert ward.act(case.id, "verify", witness="camera").witness == "camera"
    assert ward.act(case.id, "close").state == "closed"


@pytest.mark.parametrize("outcome", ["still_there", "camera_unhealthy", "none"])
def test_any_other_view_lets_no_case_be_verified_by_its_camera(ward: Ward, outcome: str) -> None:
    case = ward.handled()
    ward.look(case.id, outcome)  # type: ignore[arg-type]
    with pytest.raises(Conflict, match=f"seen_clear, got {outcome}"):
        ward.act(case.id, "verify", witness="camera")
    assert ward.act(case.id, "verify", witness="person").state == "verified"


def test_without_a_view_the_camera_is_no_witness(ward: Ward) -> None:
    with pytest.raises(Conflict, match="seen_clear, got none"):
        ward.act(ward.handled().id, "verify", witness="camera")


def test_what_an_unhealthy_camera_saw_clear_counts_as_unhealthy(ward: Ward) -> None:
    case = ward.handled()
    ward.health[CAMERA] = False
    assert ward.look(case.id, "seen_clear").outcome == "camera_unhealthy"
    with pytest.raises(Conflict, match="out of health"):
        ward.act(case.id, "verify", witness="camera")


def test_a_camera_that_goes_dark_after_its_view_closes_nothing(ward: Ward) -> None:
    case = ward.handled()
    ward.look(case.id, "seen_clear")
    ward.act(case.id, "verify", witness="camera")
    ward.health[CAMERA] = False
    with pytest.raises(Conflict, match="out of health"):
        ward.act(case.id, "close")
    ward.health[CAMERA] = True
    assert ward.act(case.id, "close").state == "closed"


def test_an_open_case_of_the_camera_itself_takes_its_word_away(ward: Ward) -> None:
    case = ward.handled()
    covered = ward.opened("01050", zone=None, box=None)
    assert ward.look(case.id, "seen_clear").outcome == "camera_unhealthy"
    ward.act(covered.id, "void")
    assert ward.look(case.id, "seen_clear").outcome == "seen_clear"
    assert ward.act(case.id, "verify", witness="camera").state == "verified"


def test_a_cleaned_camera_bears_witness_in_its_own_case(ward: Ward) -> None:
    case = ward.handled("01050", zone=None, box=None)
    ward.look(case.id, "seen_clear")
    assert ward.act(case.id, "verify", witness="camera").state == "verified"


def test_only_the_cases_own_camera_looks_and_only_after_the_handling(ward: Ward) -> None:
    open_case = ward.opened(zone="road")
    with pytest.raises(Conflict, match="look wants a case that is handled or verified, got one reported"):
        ward.look(open_case.id, "seen_clear")
    case = ward.handled()
    with pytest.raises(Conflict, match=f"its own camera {CAMERA}, got quay-4"):
        ward.look(case.id, "seen_clear", "quay-4")
    with pytest.raises(BadInput, match="at: wanted a time after the handling"):
        ward.look(case.id, "seen_clear", minutes=5)


def test_a_view_from_before_a_rework_proves_nothing_after_it(ward: Ward) -> None:
    case = ward.handled()
    ward.look(case.id, "seen_clear")
    ward.bring(case.id, "rework", "handle")
    with pytest.raises(Conflict, match="seen_clear, got none"):
        ward.act(case.id, "verify", witness="camera")


def test_the_last_view_counts_not_the_best(ward: Ward) -> None:
    case = ward.handled()
    ward.look(case.id, "seen_clear")
    ward.look(case.id, "camera_unhealthy")
    with pytest.raises(Conflict, match="got camera_unhealthy"):
        ward.act(case.id, "verify", witness="camera")


def test_a_clear_view_that_comes_late_does_not_outdo_a_newer_one(ward: Ward) -> None:
    case = ward.handled()
    ward.wait(10)
    ward.look(case.id, "camera_unhealthy")
    assert ward.look(case.id, "seen_clear", minutes=5).outcome == "seen_clear"
    with pytest.raises(Conflict, match="got camera_unhealthy"):
        ward.act(case.id, "verify", witness="camera")


def test_what_was_seen_again_after_the_view_is_not_verified_by_it(ward: Ward) -> None:
    case = ward.handled()
    ward.look(case.id, "seen_clear")
    ward.wait(1)
    assert ward.report().fate == "repeated"
    with pytest.raises(Conflict, match="after the last sighting"):
        ward.act(case.id, "verify", witness="camera")


def test_what_was_seen_again_after_the_verification_is_not_closed(ward: Ward) -> None:
    case = ward.bring(ward.handled().id, "verify")
    ward.wait(1)
    ward.report()
    with pytest.raises(Conflict, match="seen again after it was verified"):
        ward.act(case.id, "close")
    assert ward.bring(case.id, "verify", "close").state == "closed"


def test_what_is_still_there_counts_as_a_sighting(ward: Ward) -> None:
    case = ward.bring(ward.handled().id, "verify")
    seen = ward.look(case.id, "still_there")
    assert ward.case(case.id).last_seen_at == seen.at
    with pytest.raises(Conflict, match="seen again"):
        ward.act(case.id, "close")
    assert ward.acts(case.id)[-1] == "look"


def test_where_no_camera_sees_a_persons_word_is_wanted(ward: Ward) -> None:
    told = {"source": "citizen", "camera_id": None, "zone": None, "box": None, "place": "Harbour Road 12"}
    case = ward.handled(**told)
    with pytest.raises(Conflict, match="wanted a person's word"):
        ward.act(case.id, "verify", witness="camera")
    with pytest.raises(Conflict, match="its own camera None"):
        ward.cases.look(case.id, View(CAMERA, "seen_clear", ward.clock()), actor="edge")
    assert ward.bring(case.id, "verify", "close").witness == "person"
